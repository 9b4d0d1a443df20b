"""``policy`` in words, as its users meet it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.conftest import ROOT, Cli

MAIL = ROOT / "knowledge" / "example" / "inbox" / "84-orchard-40-percent.eml"
AT = ("--at", "2026-03-10T14:00:00Z")


@pytest.fixture
def folder(usher: Cli, tmp_path: Path) -> Path:
    made = tmp_path / "little-company"
    assert usher("policy", "init", made).code == 0
    return made


def test_a_message_is_explained_without_being_stored(usher: Cli) -> None:
    done = usher("policy", "explain", MAIL, *AT, "--json")
    assert done.code == 0, done.err
    page = done.lines[-1]
    titles = [section["title"] for section in page["sections"]]
    assert {"What was understood", "What is known", "Which rule decided", "Who gets it", "Who must approve"} <= set(titles)
    assert usher("audit", "verify", "--json").lines[-1]["entries"] == 0


def test_a_routed_message_is_explained_by_receipt_and_by_conversation_as_it_was_decided(usher: Cli) -> None:
    receipt = usher("route", MAIL, *AT, "--json").lines[-1]
    by_receipt = usher("policy", "explain", receipt["id"], "--json").lines[-1]
    by_conversation = usher("policy", "explain", receipt["conversation_id"], "--json").lines[-1]
    assert by_receipt == by_conversation
    assert by_receipt["policy_version"] == receipt["policy_version"]
    assert receipt["plan"]["reasons"][0] in by_receipt["summary"]
    preview = usher("policy", "explain", MAIL, *AT, "--json").lines[-1]
    assert _section(preview, "Which rule decided") == _section(
        by_receipt, "Which rule decided"
    )  # equals take turns, so the person may differ


def test_what_is_no_message_and_no_receipt_is_one_clear_error(usher: Cli) -> None:
    done = usher("policy", "explain", "no-such-thing")
    assert (done.code, len(done.problems), done.out) == (2, 1, "")
    done = usher("policy", "explain", "nowhere.eml")
    assert (done.code, len(done.problems), done.out) == (2, 1, "")


def test_a_new_company_folder_passes_the_check(usher: Cli, folder: Path) -> None:
    done = usher("policy", "check", "--company", folder, "--json")
    assert done.code == 0, done.err
    assert (done.lines[-1]["tenant"], done.lines[-1]["findings"]) == ("little-company", [])


def test_a_folder_with_something_in_it_is_left_alone(usher: Cli, folder: Path) -> None:
    before = (folder / "policy.yaml").read_text("utf-8")
    done = usher("policy", "init", folder)
    assert (done.code, len(done.problems)) == (2, 1)
    assert (folder / "policy.yaml").read_text("utf-8") == before


def test_an_error_exits_1_with_its_line_and_a_policy_that_cannot_be_used_2(usher: Cli, folder: Path) -> None:
    policy = folder / "policy.yaml"
    text = policy.read_text("utf-8")
    never = "\n  - name: never\n    when: {automated: true, intent: problem}\n    then: {action: handoff}\n    because: it never fires\n"
    policy.write_text(text + never, "utf-8")
    done = usher("policy", "check", "--company", folder, "--json")
    assert done.code == 1
    (finding,) = done.lines[-1]["findings"]
    assert (finding["kind"], finding["severity"], finding["line"]) == ("unreachable", "error", text.count("\n") + 2)
    assert "guard automated_mail" in usher("policy", "check", "--company", folder).out
    policy.write_text(text.replace("version: 1", "version: one"), "utf-8")
    done = usher("policy", "check", "--company", folder)
    assert (done.code, len(done.problems), done.out) == (2, 1, "")


def test_a_policy_beside_the_folder_can_be_checked_before_it_replaces_it(usher: Cli, folder: Path, tmp_path: Path) -> None:
    other = tmp_path / "draft.yaml"
    other.write_text((folder / "policy.yaml").read_text("utf-8").replace("fallback: lead", "fallback: agent"), "utf-8")
    done = usher("policy", "check", other, "--company", folder, "--json")
    assert done.code == 1
    assert done.lines[-1]["findings"][0]["file"] == str(other)


def test_the_example_policy_has_no_errors(usher: Cli) -> None:
    assert usher("policy", "check", "--json").lines[-1]["errors"] == 0


def test_schema_and_reference_print_what_is_published(usher: Cli) -> None:
    published = ROOT / "docs" / "reference"
    assert json.loads(usher("policy", "schema").out) == json.loads((published / "policy.schema.json").read_text("utf-8"))
    assert usher("policy", "reference").out == (published / "policy.md").read_text("utf-8")


def test_the_scorecard_shows_its_brier_score(usher: Cli) -> None:
    assert "Brier score" in usher("policy", "scorecard").out
    report = usher("policy", "scorecard", "--json").lines[-1]
    assert report["brier"] < report["base_brier"]


def _section(page: dict[str, Any], title: str) -> list[str]:
    lines: list[str] = next(section["lines"] for section in page["sections"] if section["title"] == title)
    return lines
