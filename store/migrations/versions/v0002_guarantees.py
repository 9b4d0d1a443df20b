"""Edited and reassigned approvals, deputies, time limits, dead letters, scoped tokens, acts; row-level security on every tenant's rows."""

from pathlib import Path

from store.migrations.libraries import run_script

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
