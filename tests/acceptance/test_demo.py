"""The whole demo through the command line, as a newcomer runs it."""

import json
import subprocess
import sys
import time

import pytest

from tests.acceptance.conftest import ROOT, Cli, Done

KEYS = set(
    "id turn_id message_ids conversation_id tenant channel received_at intent value signals data_quality passages plan verdict "  # noqa: SIM905
    "approval_id effects policy_version model_versions degraded cost steps entries".split()
)
LABELLED = "knowledge/example/evals/inbox.jsonl"


@pytest.fixture(scope="module")
def demo(shared: Cli) -> Done:
    """One run that the claims below look at."""
    return shared("demo", "--json")


def test_the_demo_routes_the_inbox_to_all_five_levels_decides_and_delivers(demo: Done, shared: Cli) -> None:
    assert demo.code == 0, demo.err
    receipts = demo.lines
    assert sum(len(receipt["message_ids"]) for receipt in receipts) >= 80
    assert {receipt["plan"]["level"] for receipt in receipts} == {0, 1, 2, 3, 4}
    assert all(set(receipt) >= KEYS for receipt in receipts)
    assert {receipt["status"] for receipt in receipts} == {"done", "waiting"}
    states = {effect["state"] for receipt in receipts if receipt["status"] == "done" for effect in receipt["effects"]}
    assert states == {"delivered"}
    decided = [entry["kind"] for receipt in receipts for entry in receipt["entries"]]
    assert {"approved", "rejected"} <= set(decided)
    assert "every link holds" in demo.err
    assert list((shared.data / "delivered").glob("fernhill/reply/*.txt"))


def test_nothing_of_a_cxo_left_without_its_approval(demo: Done) -> None:
    executive = [receipt for receipt in demo.lines if receipt["plan"]["level"] == 4]
    assert executive
    for receipt in executive:
        kinds = [entry["kind"] for entry in receipt["entries"]]
        delivered = [effect for effect in receipt["effects"] if effect["kind"] == "notify" and effect["state"] == "delivered"]
        assert not delivered or "approved" in kinds


def test_the_receipts_agree_with_the_labels_of_an_operations_lead(demo: Done) -> None:
    """Written from the policy's principles alone; not a benchmark, but a regression of the whole chain shows here."""
    labels = {row["message_id"].strip("<>"): row for row in map(json.loads, (ROOT / LABELLED).read_text("utf-8").splitlines())}
    levels: dict[str, int | None] = {}
    for receipt in demo.lines:
        rejected = any(entry["kind"] == "rejected" for entry in receipt["entries"])
        levels.update(dict.fromkeys(receipt["message_ids"], None if rejected else receipt["plan"]["level"]))
    right = [labels[id]["level"] == level for id, level in levels.items() if level is not None]
    too_high = [id for id, level in levels.items() if level is not None and level > max(labels[id]["level"], 1)]
    assert sum(right) / len(right) >= 0.65  # measured: 0.72; what it misses, it mostly hands to a person
    assert not [id for id in too_high if labels[id]["adversarial"]]


def test_a_second_run_starts_clean_and_shows_a_person_the_work_at_once(demo: Done, shared: Cli) -> None:
    with subprocess.Popen(
        [sys.executable, "app.py", "demo", "--no-ask"], cwd=ROOT, env=shared.environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        began = time.monotonic()
        first = process.stdout.readline()
        assert time.monotonic() - began < 2
        out = first + process.stdout.read()
    assert process.returncode == 0
    assert first.startswith("Usher")
    for part in ("Level 4", "Level 1", "Level 0", "wait for a person", "outbox", "Where to look next", "every link holds"):
        assert part in out
    assert f"{len(demo.lines)} turns" in out
