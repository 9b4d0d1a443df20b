"""A how-to as a script: its ``sh`` blocks are run one after the other, and print what the ``text`` block after each shows."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
_PROGRESS = ("intents: ", "handbook of ", "crm.csv: ")
_BLOCK = re.compile(r"^```sh\n(?P<sh>.*?)^```\n(?:\n```text\n(?P<text>.*?)^```\n)?", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    command: str
    shown: str


def blocks(page: Path) -> Iterator[Block]:
    for found in _BLOCK.finditer(page.read_text("utf-8")):
        yield Block(found["sh"], found["text"] or "")


def run(block: Block, folder: Path, env: Mapping[str, str]) -> str:
    """What the block prints. What it exports is there for the next one; ``folder`` is where its files lie."""
    kept = folder / "exported.sh"
    before = f". {kept}\n" if kept.exists() else ""
    script = block.command.replace(".venv/bin/python app.py", f"{sys.executable} {ROOT / 'app.py'}")
    done = subprocess.run(
        ["bash", "-c", f"{before}{script}\nexport -p | grep ' USHER_TOKEN=' > {kept}; true"],
        cwd=folder,
        env={**os.environ, **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=170,
        check=False,
    )
    return done.stdout


def plain(text: str) -> list[str]:
    """Lines without progress and what differs from run to run: digests, times, blanks, and digits that depend on the processor."""
    text = re.sub(r"\b[0-9a-f]{12}\b", "<version>", text)
    text = re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", "<time>", text)
    text = re.sub(r"\b0\.\d{3,}\b", lambda found: f"{float(found[0]):.2f}", text)
    return [" ".join(line.split()) for line in text.splitlines() if line.strip() and not line.startswith(_PROGRESS)]
