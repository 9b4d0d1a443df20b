"""Everything of the first version: the queue's schema, the checkpoint saver's, and the product's own tables."""

from pathlib import Path

from store.migrations.libraries import install_checkpoints, install_queue, run_script

revision = "0001"
down_revision = None


def upgrade() -> None:
    run_script(Path(__file__).with_suffix(".sql").read_text(encoding="utf-8"))
    install_queue()
    install_checkpoints()
