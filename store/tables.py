"""The tables, as queries see them; ``migrations/`` makes them. ``tenant`` is on every row and in every query."""

from datetime import datetime

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = MetaData()


def _id(name: str = "id") -> Column[str]:
    return Column(name, Text, primary_key=True)


def _number(name: str = "id") -> Column[int]:
    return Column(name, BigInteger, Identity(always=True), primary_key=True)


def _text(name: str, default: str | None = None) -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _maybe(name: str) -> Column[str | None]:
    return Column(name, Text)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _flag(name: str) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default="false")


def _at(name: str, *, maybe: bool = False) -> Column[datetime]:
    return Column(name, DateTime(timezone=True), nullable=maybe)


def _json(name: str, *, maybe: bool = False) -> Column[object]:
    return Column(name, JSONB, nullable=maybe)


def _conversation() -> Column[str]:
    return Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), nullable=False)


def _turn(*, maybe: bool = False) -> Column[str]:
    return Column("turn_id", Text, ForeignKey("turns.id", ondelete="CASCADE"), nullable=maybe)


# ``head`` and ``length`` are the end of the audit chain; ``ledgered`` is the length that the ledger has seen.
conversations = Table(
    "conversations",
    metadata,
    _id(),
    _text("tenant"),
    _text("channel"),
    _maybe("key"),
    _text("subject", ""),
    _maybe("customer"),
    _text("mode", "automation"),
    _maybe("owner"),
    _text("head", ""),
    _count("length"),
    _count("ledgered"),
    _at("created_at"),
    _at("updated_at"),
    _at("closed_at", maybe=True),
    _text("disposition", ""),
    _at("erased_at", maybe=True),
    _at("assigned_at", maybe=True),
    _maybe("jurisdiction"),
    UniqueConstraint("tenant", "channel", "key", name="conversations_key"),
    Index("conversations_recent", "tenant", "updated_at"),
    Index("conversations_owned", "tenant", "owner", "assigned_at", postgresql_where=text("owner IS NOT NULL AND closed_at IS NULL")),
    Index("conversations_unledgered", "tenant", postgresql_where=text("ledgered < length")),
)

# ``held``: effects of the turn are prepared, never sent. ``runs`` counts how often a worker began it; ``forgiven`` of them no longer count
# against it: somebody has asked for another try.
turns = Table(
    "turns",
    metadata,
    _id(),
    Column("number", BigInteger, Identity(always=True), nullable=False),
    _text("tenant"),
    _conversation(),
    _text("channel"),
    _text("status", "queued"),
    _flag("held"),
    _count("runs"),
    _count("forgiven"),
    _maybe("receipt_id"),
    _json("receipt", maybe=True),
    _maybe("intent"),
    _maybe("action"),
    _maybe("error"),
    _at("received_at"),
    _at("finished_at", maybe=True),
    Index("turns_recent", "tenant", "number"),
    Index("turns_conversation", "conversation_id", "number"),
    Index("turns_receipt", "tenant", "receipt_id"),
    Index("turns_unfinished", "tenant", "status", postgresql_where=text("status <> 'done'")),
)

messages = Table(
    "messages",
    metadata,
    _number(),
    _text("tenant"),
    _text("channel"),
    _text("external_id"),
    _conversation(),
    _turn(maybe=True),
    _text("role"),
    _text("sender", ""),
    Column("addressees", ARRAY(Text), nullable=False, server_default="{}"),
    _json("payload"),
    _at("sent_at"),
    _at("received_at"),
    UniqueConstraint("tenant", "channel", "external_id", name="messages_external_id"),
    Index("messages_conversation", "conversation_id", "id"),
    Index("messages_turn", "turn_id"),
)

# Ids that a conversation's messages refer to, so that siblings and latecomers of a thread find it.
message_references = Table(
    "message_references",
    metadata,
    Column("tenant", Text, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("reference", Text, primary_key=True),
    Column("conversation_id", Text, ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    Index("message_references_conversation", "conversation_id"),
)

# ``subject`` names the effect that waits (a conversation's reply or its assignment): one pending approval each.
# ``acted_at``: the graph has been resumed with the decision, and what followed is committed. ``request`` and ``digest`` are the request
# as last edited (by ``requested_by``); ``assignees``: a need's role → the people who decide on it instead of the role.
approvals = Table(
    "approvals",
    metadata,
    _id(),
    _text("tenant"),
    _turn(),
    _conversation(),
    _text("subject"),
    _text("status", "pending"),
    _text("digest"),
    _json("request"),
    _text("requested_by", ""),
    Column("assignees", JSONB, nullable=False, server_default="{}"),
    _text("reason", ""),
    _text("response", ""),
    _at("created_at"),
    _at("expires_at"),
    _at("closed_at", maybe=True),
    _at("acted_at", maybe=True),
    Index("approvals_one_pending", "tenant", "subject", unique=True, postgresql_where=text("status = 'pending'")),
    Index("approvals_recent", "tenant", "status", "created_at"),
    Index("approvals_turn", "turn_id"),
    Index("approvals_unacted", "turn_id", postgresql_where=text("acted_at IS NULL AND status <> 'pending'")),
    Index("approvals_one_of_turn", "turn_id", unique=True, postgresql_where=text("status = 'pending'")),
    Index("approvals_conversation", "conversation_id"),
)

approval_votes = Table(
    "approval_votes",
    metadata,
    Column("approval_id", Text, ForeignKey("approvals.id", ondelete="CASCADE"), primary_key=True),
    _id("digest"),
    _id("person"),
    _text("tenant"),
    _text("role"),
    _maybe("behalf"),
    _text("outcome"),
    _text("reason", ""),
    _at("at"),
)

# A request as it was before each edit.
approval_edits = Table(
    "approval_edits",
    metadata,
    Column("approval_id", Text, ForeignKey("approvals.id", ondelete="CASCADE"), primary_key=True),
    Column("n", Integer, primary_key=True, autoincrement=False),
    _text("tenant"),
    _text("person"),
    _text("reason", ""),
    _json("before"),
    _at("at"),
)

delegations = Table(
    "delegations",
    metadata,
    _id(),
    _text("tenant"),
    _text("person"),
    _text("deputy"),
    _at("starts_at"),
    _at("ends_at"),
    _text("created_by"),
    _at("created_at"),
    _at("revoked_at", maybe=True),
    Index("delegations_span", "tenant", "ends_at"),
)

# ``attempts`` is also the token of whoever sends: a state is written only by the attempt that holds it. ``forgiven`` of them no longer
# count against the budget, which began at ``tried_at``: somebody has asked for a new one.
outbox = Table(
    "outbox",
    metadata,
    _number(),
    _text("tenant"),
    _conversation(),
    _turn(),
    Column("n", Integer, nullable=False),
    _text("kind"),
    _text("channel", ""),
    _text("recipient"),
    _text("key"),
    _json("payload"),
    _flag("guarded"),
    _text("state"),
    _count("attempts"),
    _count("forgiven"),
    _text("last_error", ""),
    _at("created_at"),
    _at("delivered_at", maybe=True),
    _at("tried_at", maybe=True),
    _at("given_up_at", maybe=True),
    UniqueConstraint("turn_id", "n", name="outbox_place"),
    UniqueConstraint("tenant", "key", name="outbox_key"),
    Index("outbox_conversation", "conversation_id"),
    Index("outbox_open", "tenant", "state", postgresql_where=text("state <> 'delivered'")),
)

entries = Table(
    "entries",
    metadata,
    Column("conversation_id", Text, ForeignKey("conversations.id"), primary_key=True),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _text("tenant"),
    _text("turn_id"),
    _text("kind"),
    _at("at"),
    _text("digest"),
    _text("previous"),
    _text("hash"),
    Index("entries_turn", "turn_id"),
    Index("entries_tenant", "tenant"),
)

# What an entry's digest is of, as canonical JSON; a row is deleted with its salt to erase it, and the chain stays whole.
entry_values = Table(
    "entry_values",
    metadata,
    _id("conversation_id"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _text("tenant"),
    _text("salt"),
    _text("value"),
    ForeignKeyConstraint(["conversation_id", "seq"], ["entries.conversation_id", "entries.seq"], ondelete="CASCADE"),
)

ledger = Table(
    "ledger",
    metadata,
    _id("tenant"),
    Column("seq", Integer, primary_key=True, autoincrement=False),
    _text("conversation_id"),
    Column("length", Integer, nullable=False),
    _text("head"),
    _text("previous"),
    _text("hash"),
    _at("at"),
)

# ``state``: armed, paused, disarmed, fired. A time limit runs on the calendar of ``queue``: ``left_s`` working seconds were left at
# ``since``; ``payload`` is what happens when it fires (a ``Watch``). The other kinds are due at an instant.
timers = Table(
    "timers",
    metadata,
    _number(),
    _text("tenant"),
    _conversation(),
    _turn(),
    _text("kind"),
    _text("state", "armed"),
    _at("due_at"),
    _maybe("queue"),
    Column("left_s", Double),
    _at("since", maybe=True),
    _json("payload", maybe=True),
    Index("timers_due", "due_at", postgresql_where=text("state = 'armed'")),
    Index("timers_turn", "turn_id"),
    Index("timers_conversation", "conversation_id"),
)

tokens = Table(
    "tokens",
    metadata,
    _id(),
    _text("tenant"),
    _text("person"),
    _text("role"),
    _text("label", ""),
    Column("scopes", ARRAY(Text), nullable=False, server_default="{}"),
    Column("hash", Text, nullable=False, unique=True),
    _at("created_at"),
    _at("expires_at", maybe=True),
    _at("revoked_at", maybe=True),
    Index("tokens_tenant", "tenant"),
)

# Who did what, and what was refused. ``subject`` is an id; nothing of a customer is in here.
acts = Table(
    "acts",
    metadata,
    _number(),
    _text("tenant"),
    _at("at"),
    _text("person"),
    _maybe("token_id"),
    _text("action"),
    _text("subject", ""),
    _text("outcome"),
    Index("acts_recent", "tenant", "id"),
)

# What a system of record stated about a contact or an account; rows are added, never changed.
facts = Table(
    "facts",
    metadata,
    _number(),
    _text("tenant"),
    _text("subject"),
    _text("name"),
    _json("value", maybe=True),
    _text("record"),
    Column("confidence", Double, nullable=False, server_default="1"),
    _at("observed_at", maybe=True),
    _at("recorded_at"),
    _text("version", ""),
    Index("facts_known", "tenant", "subject", "name", "record", text("recorded_at DESC"), text("id DESC")),
)

# A policy with its people, under the digest of both; in force is the latest of the activations.
policies = Table(
    "policies",
    metadata,
    *(_id("tenant"), _id("version")),
    _text("text"),
    _json("roster"),
    _text("author"),
    _at("created_at"),
)

activations = Table(
    "activations",
    metadata,
    _number(),
    _text("tenant"),
    _text("version"),
    _text("kind"),
    _text("person"),
    _text("reason", ""),
    _at("at"),
    ForeignKeyConstraint(["tenant", "version"], ["policies.tenant", "policies.version"]),
    Index("activations_latest", "tenant", text("id DESC")),
)

indexes = Table(
    "indexes",
    metadata,
    *(_id("tenant"), _id("collection")),
    _text("version"),
    Column("blob", LargeBinary, nullable=False),
)

# Versions of the schemas that libraries brought with them, for the migration that will move them on.
components = Table("components", metadata, _id("name"), _text("version"))
