"""``knowledge ingest`` on a company's own files."""

from pathlib import Path

import pytest

from tests.acceptance.conftest import Cli
from tests.support.documents import lines, pdf, word, zipped

KEYS = {"pages", "added", "changed", "removed", "chunks", "embedded", "skipped", "version"}


@pytest.fixture
def company(usher: Cli, tmp_path: Path) -> Path:
    folder = tmp_path / "fernweh"
    assert usher("policy", "init", folder).code == 0
    (folder / "handbook" / "_pages.yaml").write_text("defaults: {audience: public}\n")
    (folder / "handbook" / "fares.pdf").write_bytes(pdf(lines("A night train to Vienna costs ninety euros.")))
    (folder / "handbook" / "site.zip").write_bytes(zipped({"bikes.html": "<h1>Bikes</h1><p>Bikes travel in the last coach.</p>"}))
    return folder


def test_a_dry_run_leaves_everything_as_it_was_and_a_run_answers_from_every_format(usher: Cli, company: Path) -> None:
    (company / "handbook" / "torn.docx").write_bytes(word(("Normal", "text"))[:100])
    looked = usher("knowledge", "ingest", "--check", "--json", "--company", company)
    assert looked.code == 1
    assert looked.problems == [f"usher: {company}/handbook/torn.docx: is no zip file that can be read (File is not a zip file)"]
    (told,) = looked.lines
    assert [(page["document"], page["audience"]) for page in told["pages"]] == [
        ("fares.pdf", "public"),
        ("refunds", "public"),
        ("site.zip/bikes.html", "public"),
    ]
    done = usher("knowledge", "ingest", "--json", "--company", company)
    assert (done.code, done.problems) == (1, looked.problems)
    assert done.lines[-1].keys() >= KEYS
    assert (done.lines[-1]["added"], len(done.lines[-1]["skipped"])) == (3, 1)
    (answer,) = usher("knowledge", "ask", "what does a night train to Vienna cost?", "--json", "--company", company).lines
    assert [cite["document"] for cite in answer["citations"]] == ["fares.pdf"]


def test_files_are_copied_in_only_when_all_of_them_are_there(usher: Cli, company: Path, tmp_path: Path) -> None:
    (tmp_path / "lounge.txt").write_text("The lounge opens at six.")
    failed = usher("knowledge", "ingest", tmp_path / "lounge.txt", tmp_path / "none.txt", "--company", company)
    assert (failed.code, failed.problems, failed.out) == (2, [f"usher: {tmp_path}/none.txt: no such file or folder"], "")
    assert not (company / "handbook" / "lounge.txt").exists()
    taken = usher("knowledge", "ingest", tmp_path / "lounge.txt", "--json", "--company", company)
    assert (taken.code, taken.lines[-1]["pages"]) == (0, 4)
    assert (company / "handbook" / "lounge.txt").read_text() == "The lounge opens at six."


def test_names_of_files_are_shown_as_they_are_and_obeyed_by_no_terminal(usher: Cli, company: Path) -> None:
    (company / "handbook" / "notes [").mkdir()
    (company / "handbook" / "notes [" / "draft].md").write_text("Drafts are kept.")
    (company / "handbook" / "\x1b[31mred.txt").write_text("Red is loud.")
    (company / "handbook" / "\x1b[32mgreen.xlsx").write_text("x")
    done = usher("knowledge", "ingest", "--check", "--company", company)
    assert done.code == 1
    assert "notes [/draft]" in done.out
    assert "[31mred.txt" in done.out
    assert "[32mgreen.xlsx" in done.err
    assert "\x1b" not in done.out + done.err


def test_whoever_may_only_read_puts_no_files_into_the_handbook(usher: Cli, company: Path, tmp_path: Path) -> None:
    lounge = tmp_path / "lounge.txt"
    lounge.write_text("The lounge opens at six.")
    secrets = {}
    for scope in ("read", "policy"):
        issued = usher("tokens", "issue", "lee.lead", "--scope", scope, "--json", "--company", company)
        secrets[scope] = str(issued.lines[0]["secret"])
    looked = usher("knowledge", "ingest", "--check", lounge, "--company", company, USHER_TOKEN=secrets["read"])
    assert (looked.code, looked.problems) == (0, [])
    assert usher("knowledge", "ingest", "--company", company, USHER_TOKEN=secrets["read"]).code == 0
    refused = usher("knowledge", "ingest", lounge, "--company", company, USHER_TOKEN=secrets["read"])
    assert refused.code == 2
    assert "without the right to policy or admin" in refused.problems[0]
    assert not (company / "handbook" / "lounge.txt").exists()
    assert usher("knowledge", "ingest", lounge, "--company", company, USHER_TOKEN=secrets["policy"]).code == 0
    acts = usher("audit", "acts", "--json", "--company", company).lines
    assert [(act["action"], act["outcome"]) for act in acts if "ingest" in act["action"] or act["outcome"] == "403"] == [
        ("ingest", "200"),
        ("use_policy_admin", "403"),
    ]
