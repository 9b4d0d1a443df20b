"""The how-tos do what they say, command by command."""

from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT, Cli
from tests.acceptance.howto import blocks, plain, run

PAGES = ROOT / "docs" / "how-to"


@pytest.mark.timeout(600)
@pytest.mark.parametrize(("page", "least"), [("write-your-own-policy", 8), ("your-own-handbook", 6)])
def test_what_a_how_to_shows_is_what_happens(usher: Cli, tmp_path: Path, page: str, least: int) -> None:
    steps = list(blocks(PAGES / f"{page}.md"))
    assert len(steps) >= least
    for step in steps:
        printed = run(step, tmp_path, usher.environment(NO_COLOR="1"))
        assert plain(printed) == plain(step.shown), step.command
