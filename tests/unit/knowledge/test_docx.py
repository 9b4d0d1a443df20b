import pytest

from core.errors import InvalidFile
from knowledge.chunks import split
from knowledge.loaders import load
from knowledge.pages import Facts, Page
from tests.support.documents import word, zipped

EXPENSES = word(
    ("Title", "Expenses"),
    ("Normal", "Ask before you travel."),
    ("Heading 1", "Meals"),
    ("Normal", "Meals are paid up to a limit."),
    [["Country", "Limit"], ["Spain", "25 EUR"]],
    ("List Bullet", "keep the bill"),
    ("List Bullet", "hand it in"),
    ("Heading 2", "Guests"),
    ("Normal", "Guests are paid for once."),
)


def test_headings_tables_and_lists_of_a_word_document_survive() -> None:
    found = load("DOCX", EXPENSES, "a.docx")
    assert found
    chunks = split(Page("a.docx", Facts(found.title, "public"), found.body, found.trail))
    assert [(chunk.heading, chunk.text) for chunk in chunks] == [
        ("Expenses", "Ask before you travel."),
        (
            "Expenses > Meals",
            "Meals are paid up to a limit.\n\n| Country | Limit |\n| --- | --- |\n| Spain | 25 EUR |\n\n- keep the bill\n- hand it in",
        ),
        ("Expenses > Meals > Guests", "Guests are paid for once."),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"\xd0\xcf\x11\xe0 locked", "is protected by a password, or an old .doc"),
        (EXPENSES[:300], "is no zip file that can be read"),
        (zipped({"a.txt": "no document"}), "cannot be read as DOCX"),
        (word(), "has no text"),
        (b"", "is empty"),
    ],
)
def test_a_document_that_cannot_be_used_says_why(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        load("DOCX", content, "a.docx")
    assert str(caught.value).startswith(f"a.docx: {problem}")


def test_a_document_that_unpacks_to_too_much_is_not_opened() -> None:
    bomb = zipped({"word/document.xml": b" " * (33 * 2**20)})
    with pytest.raises(InvalidFile, match="has more than 32 MB of text"):
        load("DOCX", bomb, "a.docx")
