from datetime import date

import pytest

from core.errors import InvalidFile
from knowledge.pages import Common, Facts, Said, front_matter, settle

HEAD = "---\ntitle: Refunds\naudience: public\neffective: 2026-01-05\n---\n"


def test_front_matter_is_read_and_taken_off() -> None:
    said, body = front_matter(
        HEAD.replace("---\n", "---\nregions: [EMEA, ' amer ']\nexpires: 2026-12-31\nlanguage: de-AT\n", 1) + "text\n", "a.md"
    )
    assert body == "text\n"
    assert settle("a.md", said, title="A") == Facts("Refunds", "public", date(2026, 1, 5), date(2026, 12, 31), ("emea", "amer"), None, "de")


@pytest.mark.parametrize("text", ["# Refunds\ntext\n", "---\n\na rule, and text\n"])
def test_a_text_without_front_matter_says_nothing(text: str) -> None:
    assert front_matter(text, "a.md") == (Said(), text)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        (HEAD.replace("public", "everybody"), 3, "audience: Input should be 'public', 'internal' or 'restricted'"),
        (HEAD.replace("audience", "audiance"), 3, "unknown field 'audiance'"),
        (HEAD.replace("2026-01-05", "soon"), 4, "effective"),
        (HEAD.replace("---\n", "---\nexpires: 2025-01-05\n", 1), 2, "before effective"),
        (HEAD.replace("---\n", "---\nlanguage: German, mostly\n", 1), 2, "no language code"),
        (HEAD.replace("---\n", "---\nregions: []\n", 1), 2, "regions: Value error, names no region"),
        (HEAD.replace("---\n", "---\nregions: [emea, '']\n", 1), 2, "regions: Value error, names no region"),
        (HEAD.replace("title: Refunds", "title: [unclosed"), 3, "not YAML"),
        (HEAD.rstrip("-\n"), 1, "without its closing ---"),
    ],
)
def test_front_matter_that_cannot_be_used_says_why_and_where(text: str, line: int, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        front_matter(text, "a.md")
    assert problem in caught.value.problem
    assert caught.value.line == line


def test_nobody_sees_what_does_not_say_who_may() -> None:
    with pytest.raises(InvalidFile, match=r"a\.pdf: says nowhere who may see it"):
        settle("a.pdf", Said(title="A"), title="A")


def test_what_is_said_later_wins_and_null_takes_back() -> None:
    said = (Said(audience="public", title="hint"), Common(audience="internal", expires=date(2026, 1, 1)), Said(expires=None))
    assert settle("a.pdf", *said, title="A") == Facts("hint", "internal")


def test_regions_are_taken_back_by_null_alone() -> None:
    assert settle("a.pdf", Common(audience="public", regions=("emea",)), Said(regions=None), title="A") == Facts("A", "public")


def test_dates_from_two_places_must_go_together() -> None:
    with pytest.raises(InvalidFile, match="expires: before effective"):
        settle("a.md", Common(audience="public", expires=date(2026, 1, 1)), Said(effective=date(2026, 2, 1)), title="A")
