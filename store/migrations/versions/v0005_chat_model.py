"""What chat models cost by day, and what they chose where the embedded model was unsure."""

from pathlib import Path

from store.migrations.libraries import run_script

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
