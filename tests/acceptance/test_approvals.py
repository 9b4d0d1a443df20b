"""What people do with approvals from the command line: change, hand on, stand in, answer instead; and what everybody else is told."""

import json
from typing import Any

from tests.acceptance.conftest import ROOT, Cli

APPROVERS = {
    "vp_sales": "rafael.ortiz",
    "vp_success": "ingrid.solberg",
    "vp_engineering": "vikram.desai",
    "support_lead": "katarzyna.nowak",
}


def waiting(usher: Cli) -> list[Any]:
    """Receipts of executive escalations that wait for an approval."""
    labels = [json.loads(row) for row in (ROOT / "knowledge/example/evals/inbox.jsonl").read_text("utf-8").splitlines()]
    files = sorted({row["file"] for row in labels if row["level"] == 4})
    usher.env["USHER_AS_OF"] = "2026-03-10T14:00:00Z"
    receipts = usher("route", *(ROOT / "knowledge/example/inbox" / file for file in files), "--json", "--deliver").lines
    return [receipt for receipt in receipts if receipt["status"] == "waiting"]


def token(usher: Cli, person: str) -> str:
    return str(usher("tokens", "issue", person, "--json").lines[0]["secret"])


def test_an_approval_is_changed_handed_on_and_decided_by_somebody_else(usher: Cli) -> None:
    first, second = waiting(usher)[:2]
    editor, lead = token(usher, APPROVERS[first["plan"]["approvals"][0]["role"]]), token(usher, "grace.okafor")

    edited = usher("approvals", "edit", first["turn_id"], "--owner", "vikram.desai", "--json", USHER_TOKEN=editor)
    assert edited.code == 0, edited.err
    digest = edited.lines[0]["request"]["digest"]
    blind = usher("approvals", "approve", first["turn_id"], USHER_TOKEN=editor)
    assert (blind.code, len(blind.problems)) == (2, 1)
    assert "was altered by" in blind.err
    own = usher("approvals", "approve", first["turn_id"], "--digest", digest, USHER_TOKEN=editor)
    assert "somebody else must decide" in own.err
    handed = usher("approvals", "reassign", first["turn_id"], "--to", "gwen.pritchard", "--json", USHER_TOKEN=lead)
    assert handed.code == 0, handed.err
    refused = usher("approvals", "approve", first["turn_id"], "--digest", digest, USHER_TOKEN=lead)
    assert "reassigned to gwen.pritchard" in refused.err
    chief = token(usher, "gwen.pritchard")
    absent = usher("approvals", "delegate", "daniel.osei", "--from", "2026-03-01", "--until", "2026-03-12", USHER_TOKEN=chief)
    assert absent.code == 0, absent.err
    done = usher("approvals", "approve", first["turn_id"], "--digest", digest, "--json", USHER_TOKEN=token(usher, "daniel.osei"))
    assert done.code == 0, done.err
    assert [(vote["person"], vote["behalf"]) for vote in done.lines[0]["votes"]] == [("daniel.osei", "gwen.pritchard")]
    kinds = [entry["kind"] for entry in usher("audit", "show", first["turn_id"], "--json").lines[0]["entries"]]
    assert [kind for kind in kinds if kind != "delivered"] == ["decided", "edited", "reassigned", "approved", "decided"]

    answerer = token(usher, APPROVERS[second["plan"]["approvals"][0]["role"]])
    said = usher("approvals", "respond", second["turn_id"], "--text", "I call you at noon.", USHER_TOKEN=answerer)
    assert said.code == 0, said.err
    assert any("I call you at noon." in file.read_text("utf-8") for file in (usher.data / "delivered").rglob("*.txt"))
    assert usher("queue", "dead", "--json").lines == []
    assert {"approve", "edit", "reassign", "respond"} <= {act["action"] for act in usher("audit", "acts", "--json").lines}
    assert usher("audit", "verify").code == 0
