"""The real encoder, where ``make setup`` has built it, and company folders that a test may spoil."""

import shutil
from pathlib import Path

import pytest

from knowledge.encoder import OnnxEncoder

ROOT = Path(__file__).resolve().parents[3]
EXAMPLE = ROOT / "knowledge" / "example"
ENCODER = ROOT / "build" / "encoder"


@pytest.fixture(scope="session")
def encoder() -> OnnxEncoder:
    if not (ENCODER / "version.json").is_file():
        pytest.skip("build/encoder is missing; run `make setup`")
    return OnnxEncoder(ENCODER)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small company of its own."""
    company = tmp_path / "acme"
    company.mkdir()
    for name in ("company.yaml", "policy.yaml"):
        shutil.copy(EXAMPLE / name, company / name)
    (company / "roster.yaml").write_text(ROSTER, "utf-8")
    (company / "intents.yaml").write_text(INTENTS, "utf-8")
    return company


ROSTER = """\
people:
  - id: ada
    name: Ada
    email: ada@fernhill.example
    role: support_agent
    backup: ben
  - id: ben
    name: Ben
    email: ben@fernhill.example
    role: support_lead
"""

INTENTS = """\
version: 1
intents:
  - name: refund_request
    utterances: [I want my money back]
  - name: login_access
    utterances: [I cannot log in]
"""
