"""What a policy is called: the same in every process, another for every change of it or of its people."""

import os
import subprocess
import sys
from pathlib import Path

from core.company import Person, Roster
from core.digest import policy_version, written
from tests.support.company import EXAMPLE, example

ROOT = Path(__file__).parents[3]
PROGRAM = """
from pathlib import Path
from core.digest import policy_version, written
from knowledge.company import load_company
company = load_company(Path({folder!r}))
print(policy_version(company.policy_text, written(company.roster)))
"""


def test_a_version_is_the_same_in_every_process() -> None:
    code = PROGRAM.format(folder=str(EXAMPLE))
    told = {
        subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, check=True, capture_output=True, text=True
        ).stdout.strip()
        for seed in ("1", "2", "3")
    }
    assert told == {policy_version(example().policy_text, written(example().roster))}


def test_another_text_or_another_roster_is_another_version() -> None:
    roster = example().roster
    changed = Roster(people=(roster.people[0].model_copy(update={"capacity": 99}), *roster.people[1:]))
    versions = {policy_version(text, written(people)) for text in ("a", "b") for people in (roster, changed)}
    assert len(versions) == 4


def test_what_nobody_wrote_is_not_part_of_it() -> None:
    person = {"id": "ann", "name": "Ann", "email": "ann@b.example", "role": "cfo"}
    brief = Roster(people=(Person.model_validate(person),))
    whole = Roster(people=(Person.model_validate({**person, "capacity": 5, "time_zone": "UTC"}),))
    assert written(brief) == {"people": [person]} == written(whole)
