"""The how-to does what it says, command by command."""

from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT, Cli
from tests.acceptance.howto import blocks, plain, run

PAGE = ROOT / "docs" / "how-to" / "write-your-own-policy.md"


@pytest.mark.timeout(600)
def test_a_policy_is_written_and_put_in_force_as_the_how_to_shows(usher: Cli, tmp_path: Path) -> None:
    steps = list(blocks(PAGE))
    assert len(steps) >= 8
    for step in steps:
        printed = run(step, tmp_path, usher.environment(NO_COLOR="1"))
        assert plain(printed) == plain(step.shown), step.command
