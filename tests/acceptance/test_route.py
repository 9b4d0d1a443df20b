"""``route`` and its neighbours: good input, bad input, the same input twice."""

import json
import shutil
from pathlib import Path

import pytest

from tests.acceptance.conftest import ROOT, Cli

SAML = "How do I set up SAML single sign-on with Okta?"


def line(id: str, text: str, **more: object) -> str:
    sender = {"name": "Robin", "email": "robin@somewhere.example"}
    return json.dumps({"id": id, "channel": "chat", "from": sender, "sent_at": "2026-03-10T13:00:00Z", "text": text, **more})


@pytest.fixture
def company(tmp_path: Path) -> Path:
    folder = tmp_path / "company"
    shutil.copytree(ROOT / "knowledge" / "example", folder, ignore=shutil.ignore_patterns("inbox", "evals", "deals*"))
    return folder


def test_malformed_lines_are_named_and_the_rest_is_routed(usher: Cli, tmp_path: Path) -> None:
    chat = tmp_path / "chat.jsonl"
    chat.write_text("\n".join([line("1", SAML), "{not json", line("2", ""), line("3", "Can I talk to a person?")]), "utf-8")
    done = usher("route", chat, "--json")
    assert done.code == 2
    assert [receipt["message_ids"] for receipt in done.lines] == [["1"], ["3"]]
    assert any("chat.jsonl:2" in problem for problem in done.problems)


def test_effects_are_held_unless_told_otherwise_and_twice_is_once(usher: Cli, tmp_path: Path) -> None:
    chat = tmp_path / "chat.jsonl"
    chat.write_text(line("1", SAML), "utf-8")
    first, second = usher("route", chat, "--json"), usher("route", chat, "--json")
    assert first.code == second.code == 0
    assert {effect["state"] for effect in first.lines[0]["effects"]} == {"held"}
    assert second.lines[0]["turn_id"] == first.lines[0]["turn_id"]
    assert second.lines[0]["entries"] == first.lines[0]["entries"]
    told, again = usher("route", chat, "--json", "--deliver"), usher("route", chat, "--json", "--deliver")
    assert {effect["state"] for effect in told.lines[0]["effects"]} == {"delivered"}
    assert [entry["kind"] for entry in told.lines[0]["entries"]] == ["decided", *("delivered" for _ in told.lines[0]["effects"])]
    assert again.lines[0]["entries"] == told.lines[0]["entries"]


def test_standard_input_is_read(usher: Cli) -> None:
    done = usher("route", "-", "--json", stdin=line("1", "I want to speak to a human"))
    assert done.lines[0]["intent"]["wants_human"] is True
    assert done.lines[0]["plan"]["action"] == "handoff"


def test_mails_that_cannot_be_read_are_named_and_nothing_is_stored(usher: Cli, tmp_path: Path) -> None:
    (tmp_path / "empty.eml").write_bytes(b"")
    (tmp_path / "binary.eml").write_bytes(bytes(range(256)) * 40)
    (tmp_path / "huge.eml").write_bytes(b"From: a@b.example\nSubject: x\n\n" + b"x" * 10_500_000)
    done = usher("route", tmp_path, tmp_path / "missing.eml", "--json")
    assert done.code == 2
    assert done.out == ""
    assert len(done.problems) == 4
    assert all(len(problem) < 300 for problem in done.problems)


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        ("policy.yaml", "role: cro}", "role: czar}", "unknown role 'czar'"),
        ("policy.yaml", "because: a tender", "becuase: a tender", "unknown field"),
        ("policy.yaml", "expr: days_to_renewal < 45.0", "expr: days_to_renewal <", "rule renewal_window: expression does not compile"),
        ("roster.yaml", "role: ciso", "role: support_lead", "has nobody in the roster"),
        ("intents.yaml", "version: 1", "version: [", "not YAML"),
        ("company.yaml", "domains:", "domain:", "unknown field 'domain'"),
    ],
)
def test_a_mistake_in_the_company_stops_before_anything_starts(
    company: Path, tmp_path: Path, file: str, old: str, new: str, problem: str
) -> None:
    path = company / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    usher = Cli(tmp_path / "data")
    command = ["route", "-"] if file == "roster.yaml" else ["policy", "check"]
    done = usher(*command, "--company", company)
    assert done.code == 2
    assert len(done.problems) == 1
    assert problem in done.err
    assert ".yaml:" in done.err
    assert not list((tmp_path / "data").glob("postgres*"))


def test_an_approval_needs_a_token_of_the_right_role(usher: Cli) -> None:
    mails = ROOT / "knowledge" / "example" / "inbox"
    labels = [json.loads(row) for row in (ROOT / "knowledge/example/evals/inbox.jsonl").read_text("utf-8").splitlines()]
    files = sorted({row["file"] for row in labels if row["level"] == 4})
    usher.env["USHER_AS_OF"] = "2026-03-10T14:00:00Z"
    receipts = usher("route", *(mails / file for file in files), "--json").lines
    waiting = next(receipt for receipt in receipts if receipt["status"] == "waiting")
    assert usher("approvals", "approve", waiting["turn_id"]).code == 2
    wrong = usher("tokens", "issue", "leila.haddad", "--json").lines[0]["secret"]
    refused = usher("approvals", "approve", waiting["turn_id"], USHER_TOKEN=wrong)
    assert refused.code == 2
    assert "needs" in refused.err
    role = waiting["plan"]["approvals"][0]["role"]
    person = {"vp_sales": "rafael.ortiz", "vp_success": "ingrid.solberg", "vp_engineering": "vikram.desai", "support_lead": "grace.okafor"}[
        role
    ]
    right = usher("tokens", "issue", person, "--json").lines[0]["secret"]
    assert usher("approvals", "show", waiting["turn_id"]).code == 0
    assert usher("approvals", "approve", waiting["turn_id"], "--reason", "yes", USHER_TOKEN=right).code == 0
    again = usher("approvals", "reject", waiting["turn_id"], "--reason", "no", USHER_TOKEN=right)
    assert again.code == 2
    assert f"approved by {person}" in again.err
    receipt = usher("audit", "show", waiting["turn_id"], "--json").lines[0]
    assert receipt["status"] == "done"
    assert usher("audit", "verify").code == 0


def test_the_noun_commands_answer_in_their_shapes(usher: Cli) -> None:
    found = usher("knowledge", "search", "how long does a refund take", "--limit", "3", "--json").lines
    assert len(found) == 3
    assert set(found[0]) == {"document", "heading", "text", "score"}
    answer = usher("knowledge", "ask", "Within how many days can an annual plan be refunded?", "--json").lines[0]
    assert not answer["abstained"]
    assert {"document", "heading", "quote", "score"} <= set(answer["citations"][0])
    predicted = usher("intents", "predict", "let me talk to a real person", "--json").lines[0]
    assert {"text", "labels", "abstained", "out_of_scope", "set", "ms"} <= predicted.keys()
    assert "words" not in predicted
    explained = usher("intents", "predict", "let me talk to a real person", "--explain", "--max-wrong", "0.1", "--json").lines[0]
    assert explained["words"][0]["weight"] > 0
    assert explained["nearest"][0]["label"] == "human_request"
    assert explained["sure"] > explained["threshold"]
    refused = usher("intents", "predict", "hello", "--max-wrong", "2")
    assert (refused.code, len(refused.err.splitlines())) == (2, 1)
    assert usher("policy", "check", "--json").lines[0]["rules"] > 10
    assert usher("db", "upgrade").code == 0


def test_a_model_of_ones_own_data(usher: Cli, tmp_path: Path) -> None:
    rows = ["text,intent", *(f"please refund order {n},money" for n in range(6)), *(f"the app crashes on page {n},bug" for n in range(6))]
    (tmp_path / "data.csv").write_text("\n".join(rows), "utf-8")
    assert usher("intents", "train", tmp_path / "data.csv", "--out", tmp_path / "model").code == 0
    found = usher("intents", "predict", "refund my order please", "--model", tmp_path / "model", "--json").lines[0]
    assert found["labels"][0]["label"] == "money"
    (tmp_path / "bad.csv").write_text("text,intent\nhello\n", "utf-8")
    bad = usher("intents", "train", tmp_path / "bad.csv", "--out", tmp_path / "other")
    assert bad.code == 2
    assert "bad.csv:2" in bad.err
    assert not (tmp_path / "other").exists()
