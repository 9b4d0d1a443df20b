"""Policy versions and which of them is in force; facts as they were known at each time; who got a conversation when."""

from pathlib import Path

from store.migrations.libraries import run_script

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
