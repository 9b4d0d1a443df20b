"""What only looks leaves nothing behind, whatever day it is asked about."""

from tests.acceptance.conftest import ROOT, Cli

MAIL = ROOT / "knowledge" / "example" / "inbox" / "84-orchard-40-percent.eml"
SENDER = "rosalind.achebe@orchardbank.example"


def test_a_message_explained_on_a_fresh_installation_knows_its_sender_and_records_no_facts(usher: Cli) -> None:
    done = usher("policy", "explain", MAIL, "--at", "2026-03-10T14:00:00Z", "--json")
    assert done.code == 0, done.err
    (known,) = [section["lines"] for section in done.lines[-1]["sections"] if section["title"] == "What is known"]
    assert any(line.startswith("On record but not believed") for line in known), "a file proves no sender"
    assert usher("facts", "show", SENDER, "--as-of", "2100-01-01").code == 2, "nobody is known"
