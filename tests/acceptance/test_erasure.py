"""One person's data from the command line: shown whole, erased for good, with receipts that still prove themselves."""

import json
import stat
from pathlib import Path

from tests.acceptance.conftest import Cli

ROBIN = "robin.marker@somewhere.example"


def line(id: str, text: str, email: str) -> str:
    sender = {"name": "Robin Marker", "email": email}
    return json.dumps({"id": id, "channel": "chat", "conversation_id": id, "from": sender, "sent_at": "2026-03-10T13:00:00Z", "text": text})


def arrived(usher: Cli) -> list[str]:
    return [file.read_text("utf-8") for file in (usher.data / "delivered").rglob("*.txt")]


def test_a_person_is_exported_and_erased_and_the_chains_still_verify(usher: Cli, tmp_path: Path) -> None:
    theirs = line("erase-1", "How do I set up SAML single sign-on with Okta? MARKER-SAML", ROBIN)
    others = line("erase-2", "How do I set up SAML single sign-on with Okta?", "kim@elsewhere.example")
    routed = usher("route", "-", "--json", "--deliver", stdin=f"{theirs}\n{others}\n")
    assert routed.code == 0, routed.err
    assert any(ROBIN in text for text in arrived(usher))

    out = tmp_path / "robin.json"
    assert usher("db", "export", ROBIN, "--out", out).code == 0
    assert stat.S_IMODE(out.stat().st_mode) == 0o600
    assert "MARKER-SAML" in out.read_text("utf-8")
    assert "kim@" not in out.read_text("utf-8")

    unasked = usher("db", "erase", ROBIN)
    assert (unasked.code, len(unasked.problems)) == (2, 1)
    erased = usher("db", "erase", ROBIN, "--yes", "--json")
    assert erased.code == 0, erased.err
    assert (erased.lines[0]["conversations"], erased.lines[0]["messages"], erased.lines[0]["files"] > 0) == (1, 1, True)
    assert not any(ROBIN in text for text in arrived(usher))
    assert any("kim@" in text for text in arrived(usher))

    gone = usher("db", "export", ROBIN, "--json")
    assert (gone.code, len(gone.problems)) == (2, 1)
    assert usher("audit", "verify").code == 0
    shown = usher("audit", "show", routed.lines[0]["turn_id"], "--json")
    assert shown.code == 0
    assert "arker" not in shown.out
    again = usher("route", "-", "--json", stdin=theirs)
    assert again.lines[0]["turn_id"] == routed.lines[0]["turn_id"]
    assert usher("db", "export", ROBIN).code == 2
