from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tokens import count
from knowledge.chunks import MAX_TOKENS, SHORT_TOKENS, Chunk, split
from knowledge.pages import Facts, Page
from knowledge.reading import read_all
from tests.unit.knowledge.conftest import EXAMPLE

SENTENCE = "This sentence has exactly eight words in it. "


def page(body: str, *trail: str) -> Page:
    return Page("refunds", Facts(title="Refunds", audience="public"), body, trail)


def test_each_chunk_carries_its_path_of_headings() -> None:
    body = "# Refunds\nintro\n## Annual plans\nyear\n### Late\nlate\n## Monthly plans\nmonth\n"
    assert [(chunk.heading, chunk.text) for chunk in split(page(body))] == [
        ("Refunds", "intro"),
        ("Refunds > Annual plans", "year"),
        ("Refunds > Annual plans > Late", "late"),
        ("Refunds > Monthly plans", "month"),
    ]


def test_text_before_any_heading_stands_under_the_title() -> None:
    assert [chunk.heading for chunk in split(page("just text"))] == ["Refunds"]


def test_headings_below_no_main_heading_stand_under_the_title() -> None:
    assert [chunk.heading for chunk in split(page("## Annual plans\nyear"))] == ["Refunds > Annual plans"]


def test_headings_stand_under_those_of_their_page_s_place() -> None:
    chunks = split(page("before\n# Annual plans\nyear", "Billing", "Refunds"))
    assert [chunk.heading for chunk in chunks] == ["Billing > Refunds", "Billing > Refunds > Annual plans"]


def test_a_title_that_is_said_stands_above_the_headings_but_not_twice() -> None:
    chunks = split(page("# REFUNDS\nintro\n# Annual plans\nyear", "Refunds"))
    assert [chunk.heading for chunk in chunks] == ["Refunds", "Refunds > Annual plans"]


def test_numbered_steps_stay_together() -> None:
    steps = "\n".join(f"{number}. {SENTENCE}" for number in range(1, 18))
    assert [chunk.text for chunk in split(page(f"{SENTENCE * 11}\n\n{steps}"))][1:] == [steps.replace(". \n", ".\n").strip()]


def test_underlined_headings_are_headings() -> None:
    chunks = split(page("Refunds\n=======\n\nintro\n\nAnnual plans\n---\nyear\n\n---\n\nmore\n"))
    assert [chunk.heading for chunk in chunks] == ["Refunds", "Refunds > Annual plans"]


def test_a_table_stays_whole_however_long_it_is() -> None:
    table = "| a | b |\n|---|---|\n" + "\n".join(f"| row {n} | value {n} |" for n in range(120))
    assert table in [chunk.text for chunk in split(page(f"# Refunds\n{SENTENCE * 20}\n\n{table}\n\n{SENTENCE * 20}"))]


def test_code_keeps_its_indentation_and_its_comments_are_no_headings() -> None:
    code = "```bash\n# not a heading\n\n  indented\n```"
    (chunk,) = split(page(f"# Refunds\nbefore\n\n{code}\n\nafter"))
    assert code in chunk.text


def test_a_long_paragraph_is_cut_between_sentences() -> None:
    chunks = split(page("# Refunds\n" + " ".join(f"Sentence number {n} has exactly seven words." for n in range(70))))
    assert len(chunks) >= 3
    assert all(chunk.text.endswith(".") and count(chunk.searchable) <= MAX_TOKENS + SHORT_TOKENS for chunk in chunks)


def test_a_word_without_end_is_cut_all_the_same() -> None:
    assert all(count(chunk.text) <= MAX_TOKENS for chunk in split(page("# Refunds\n" + "x" * 20_000)))


def test_a_short_rest_is_no_chunk_of_its_own() -> None:
    (chunk,) = split(page(f"# Refunds\n{SENTENCE * 12}\n\nA short rest."))
    assert chunk.text.endswith("A short rest.")


def test_a_chunk_keeps_its_id_when_something_else_changes() -> None:
    before = {chunk.heading: chunk.id for chunk in split(page("# Refunds\n## A\none\n## B\ntwo\n"))}
    after = {chunk.heading: chunk.id for chunk in split(page("# Refunds\n## New\nnew\n## A\none\n## B\nchanged\n"))}
    assert before["Refunds > A"] == after["Refunds > A"]
    assert before["Refunds > B"] != after["Refunds > B"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.sampled_from(["refund", "plan", "30", "days.", "| a | b |", "- item"]), min_size=1, max_size=90), max_size=12))
def test_no_word_is_lost_and_none_comes_twice(paragraphs: list[list[str]]) -> None:
    texts = [f"p{number} {' '.join(words)}" for number, words in enumerate(paragraphs)]
    chunks = split(page("# Refunds\n" + "\n\n".join(texts)))
    assert " ".join(chunk.text for chunk in chunks).split() == " ".join(texts).split()
    assert all(count(chunk.text) <= MAX_TOKENS + SHORT_TOKENS for chunk in chunks)


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 1, 4), False), (date(2026, 1, 5), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_a_page_is_in_force_from_its_first_day_to_its_last(day: date, expected: bool) -> None:
    chunk = Chunk(id="1", document="d", heading="h", text="t", effective=date(2026, 1, 5), expires=date(2026, 12, 31))
    assert chunk.in_force(day) is expected


def test_a_chunk_carries_what_holds_of_its_page() -> None:
    facts = Facts("Refunds", "public", date(2026, 1, 5), date(2026, 12, 31), ("emea",), "cfo", "en")
    (chunk,) = split(Page("refunds", facts, "# Refunds\ntext"))
    assert chunk[1:] == ("refunds", "Refunds", "text", date(2026, 1, 5), date(2026, 12, 31), ("emea",), "en")


def test_the_example_handbook_can_be_read_and_no_table_is_torn() -> None:
    found = read_all([("", EXAMPLE / "handbook")], {}, datetime.now(UTC))
    chunks = [chunk for kept in found.pages for chunk in kept.chunks]
    assert found.skipped == ()
    assert len(chunks) > 150
    tables = [chunk.text[chunk.text.index("|") :].split("\n") for chunk in chunks if "\n|" in f"\n{chunk.text}"]
    assert all(set(lines[1]) <= set("|-: ") for lines in tables)
