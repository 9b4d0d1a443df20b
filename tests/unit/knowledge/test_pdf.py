import pytest

from core.errors import InvalidFile
from knowledge.loaders import Read, load
from tests.support.documents import Drawn, lines, pdf


def read(*pages: list[Drawn], title: str = "") -> Read:
    found = load("PDF", pdf(*pages, title=title), "a.pdf")
    assert found
    return found


def row(y: int, *cells: str) -> list[Drawn]:
    return [(50 + 150 * place, y, 10, cell) for place, cell in enumerate(cells)]


TEXT = lines("People book trains themselves, in second class, and planes", "only where a train takes longer than five hours.", top=700)


def test_larger_lines_are_headings_by_their_size() -> None:
    page = [(50, 780, 20, "Travel"), (50, 740, 14, "Trains"), *TEXT, (50, 640, 14, "Hotels and"), (50, 624, 14, "other beds")]
    assert read([*page, *lines("Three stars.", top=600)]).body == (
        "# Travel\n\n## Trains\n\nPeople book trains themselves, in second class, and planes only where a train takes longer than five "
        "hours.\n\n## Hotels and other beds\n\nThree stars."
    )


def test_columns_become_a_table_that_is_whole() -> None:
    table = (
        row(600, "Country", "Hotel", "Meals") + row(586, "Germany", "120 EUR", "28 EUR") + row(572, "United Kingdom", "150 GBP", "35 GBP")
    )
    assert read([*TEXT, *table]).body.endswith(
        "| Country | Hotel | Meals |\n|---|---|---|\n| Germany | 120 EUR | 28 EUR |\n| United Kingdom | 150 GBP | 35 GBP |"
    )


def test_a_gap_ends_a_paragraph_and_a_hyphen_at_the_end_of_a_line_goes() -> None:
    page = [*lines("Bills are paid with-", "in a week.", top=700), *lines("Late ones wait.", "They wait long.", top=660)]
    assert read(page).body == "Bills are paid within a week.\n\nLate ones wait. They wait long."


def test_items_of_a_list_stand_on_lines_of_their_own() -> None:
    assert read(lines("Take with you:", "• a ticket", "• a passport", "  or an identity card")).body == (
        "Take with you:\n- a ticket\n- a passport or an identity card"
    )


def test_a_sentence_goes_on_over_the_end_of_a_page() -> None:
    assert read(lines("A sentence that", top=60), lines("goes on here.")).body == "A sentence that goes on here."


def test_what_every_page_has_at_its_edges_is_no_text() -> None:
    pages = [
        [*lines("Acme handbook", top=820), *lines(f"Rule {word} holds.", top=500), *lines(f"Page {n} of 3", top=20)]
        for n, word in enumerate("ABC")
    ]
    assert read(*pages).body == "Rule A holds.\n\nRule B holds.\n\nRule C holds."


def test_the_file_s_own_title_is_taken() -> None:
    assert read(TEXT, title="Travel rules").title == "Travel rules"


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (pdf(TEXT, encrypted=True), "is protected by a password; save it without one"),
        (pdf([]), "has no text; if it was scanned, let text recognition run over it"),
        (pdf(TEXT)[:200], "cannot be read as PDF"),
        (b"no PDF at all", "cannot be read as PDF"),
        (b"\n", "is empty"),
    ],
)
def test_a_file_that_cannot_be_used_says_why(content: bytes, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        load("PDF", content, "a.pdf")
    assert str(caught.value).startswith(f"a.pdf: {problem}")
    assert "\n" not in str(caught.value)
