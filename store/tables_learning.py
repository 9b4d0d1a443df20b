"""The tables of what is learned from decisions, beside those of ``store.tables``: the same metadata."""

from sqlalchemy import (
    BigInteger,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from store.tables import metadata

__all__ = ["examples", "metadata", "model_activations", "models"]

# What a person says a message wanted (``label``; NULL: none of the company's intents) beside what the model said.
examples = Table(
    "examples",
    metadata,
    Column("id", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False),
    Column("turn_id", Text, ForeignKey("turns.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    Column("label", Text),
    Column("said", Text),
    Column("sure", Double, nullable=False, server_default="0"),
    Column("model", Text, nullable=False, server_default=""),
    Column("source", Text, nullable=False, server_default="correction"),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("status", Text, nullable=False, server_default="pending"),
    Column("created_at", DateTime(timezone=True), nullable=False),
    Column("reviewed_by", Text),
    Column("reviewed_at", DateTime(timezone=True)),
    UniqueConstraint("turn_id", "person", name="examples_one_of_person"),
    Index("examples_status", "tenant", "status", "created_at"),
    Index("examples_conversation", "conversation_id"),
)

# An intent model under the digest of what it was made of: the company's own words (``content``) and ``examples``, of which ``lost`` have
# been erased since.
models = Table(
    "models",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("content", JSONB, nullable=False),
    Column("examples", ARRAY(Text), nullable=False, server_default="{}"),
    Column("utterances", Integer, nullable=False, server_default="0"),
    Column("lost", Integer, nullable=False, server_default="0"),
    Column("blob", LargeBinary, nullable=False),
    Column("author", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)

model_activations = Table(
    "model_activations",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
    Column("at", DateTime(timezone=True), nullable=False),
    ForeignKeyConstraint(["tenant", "version"], ["models.tenant", "models.version"]),
    Index("model_activations_latest", "tenant", text("id DESC")),
)

# What each tenant's chat model has cost by day of the company, in millionths of a US dollar: what was settled, and what is reserved.
model_spending = Table(
    "model_spending",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("calls", Integer, nullable=False, server_default="0"),
    Column("prompt_tokens", BigInteger, nullable=False, server_default="0"),
    Column("completion_tokens", BigInteger, nullable=False, server_default="0"),
    Column("micro_usd", BigInteger, nullable=False, server_default="0"),
)

# What a chat model chose (``said``; NULL: none of those offered) where the embedded model was unsure; names of intents, no words of a
# customer. What it should have been is in ``examples``.
model_choices = Table(
    "model_choices",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("turn_id", Text, primary_key=True),
    Column("model", Text, nullable=False),
    Column("offered", ARRAY(Text), nullable=False),
    Column("top", Text, nullable=False),
    Column("top_chance", Double, nullable=False),
    Column("said", Text),
    Column("chance", Double, nullable=False),
    Column("at", DateTime(timezone=True), nullable=False),
    Index("model_choices_recent", "tenant", "model", text("at DESC")),
)
