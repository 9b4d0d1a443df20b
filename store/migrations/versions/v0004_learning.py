"""Examples that people gave, intent models by version, and which of them is in force."""

from pathlib import Path

from store.migrations.libraries import run_script

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
