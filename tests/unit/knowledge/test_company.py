from pathlib import Path

import pytest

from core.errors import InvalidFile
from knowledge.company import REPLY_FIELDS, load_companies, load_company
from tests.unit.knowledge.conftest import EXAMPLE


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")


def failure(folder: Path) -> InvalidFile:
    with pytest.raises(InvalidFile) as caught:
        load_company(folder)
    return caught.value


def test_the_example_company_is_complete() -> None:
    company = load_company(EXAMPLE)
    assert company.id == "fernhill"
    assert len(company.profile.mailboxes) == 10
    assert company.profile.settle_s == {"email": 0, "chat": 2}
    assert company.handbook.is_dir()
    assert company.crm.is_file()


@pytest.mark.parametrize("language", ["en", "de", "fr", "es"])
def test_every_language_has_every_fixed_text_and_it_can_be_filled_in(language: str) -> None:
    replies = load_company(EXAMPLE).profile.replies[language]
    assert replies.keys() == REPLY_FIELDS.keys()
    assert "Billing" in replies["acknowledgement"].format(team="Billing", within="4 h")
    assert "- refund" in replies["clarify"].format(options="- refund")
    assert all("{" not in replies[key] for key in ("answer_intro", "answer_outro", "sign_off"))


def test_a_folder_that_is_not_there_is_named_as_given() -> None:
    assert str(failure(Path("no/such"))) == "no/such: no such folder"


@pytest.mark.parametrize("name", ["company.yaml", "roster.yaml", "intents.yaml", "policy.yaml"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    assert str(failure(folder)) == f"{folder / name}: no such file"


def test_a_folder_in_place_of_a_file_is_named(folder: Path) -> None:
    (folder / "roster.yaml").unlink()
    (folder / "roster.yaml").mkdir()
    assert failure(folder).problem == "is a folder; a file is wanted"


def test_a_file_that_is_not_utf8_is_named_with_its_line(folder: Path) -> None:
    (folder / "policy.yaml").write_bytes("version: 1\nname: Zürich\n".encode("latin-1"))
    error = failure(folder)
    assert (error.line, error.problem) == (2, "not UTF-8 (byte 0xfc)")


def test_a_byte_order_mark_and_windows_line_ends_do_no_harm(folder: Path) -> None:
    path = folder / "roster.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(load_company(folder).roster.people) == 2


@pytest.mark.parametrize(
    ("file", "old", "new", "at", "problem"),
    [
        ("roster.yaml", "id: ben", "id: ada", "id: ada\n    name: Ben", "two people have the id 'ada'"),
        ("roster.yaml", "backup: ben", "backup: zoe", "backup: zoe", "ada: backup 'zoe' is not another person of the roster"),
        ("roster.yaml", "role: support_lead", "rolle: support_lead", "rolle:", "unknown field 'people.1.rolle'"),
        ("intents.yaml", "login_access", "refund_request", "refund_request\n    utterances: [I cannot", "two intents are named"),
        ("company.yaml", "default_language: en", "default_language: it", "default_language", "'it' is not among languages"),
        ("company.yaml", "within {within}.", "in {hours}.", "    acknowledgement", "unknown field {hours}; known here: {team}, {within}"),
        ("company.yaml", "      {options}\n", "      {options\n", "    clarify", "replies.en.clarify: expected '}' before end of string"),
        ("company.yaml", "jobs@fernhill", "jobs@other", "  jobs@other", "'jobs@other.example' is no address of the company's domains"),
    ],
)
def test_an_error_names_file_and_line(folder: Path, file: str, old: str, new: str, at: str, problem: str) -> None:
    spoil(folder / file, old, new)
    text = (folder / file).read_text("utf-8")
    error = failure(folder)
    assert error.file == str(folder / file)
    assert error.line == text.count("\n", 0, text.index(at)) + 1
    assert problem in error.problem


def test_the_default_language_must_have_every_fixed_text(folder: Path) -> None:
    spoil(folder / "company.yaml", "    answer_intro: |-\n", "    greeting: |-\n")
    assert "replies.en: answer_intro is missing" in str(failure(folder))


def test_two_folders_cannot_be_one_tenant(folder: Path) -> None:
    with pytest.raises(InvalidFile, match="'fernhill' belongs to"):
        load_companies((EXAMPLE, folder))


def test_several_folders_are_several_tenants(folder: Path) -> None:
    text = (folder / "company.yaml").read_text("utf-8").replace("fernhill.example", "acme.example").replace("id: fernhill", "id: acme")
    (folder / "company.yaml").write_text(text, "utf-8")
    assert list(load_companies((EXAMPLE, folder))) == ["fernhill", "acme"]
