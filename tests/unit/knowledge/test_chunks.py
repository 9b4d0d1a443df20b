from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InvalidFile
from knowledge.chunks import MAX_WORDS, SHORT_WORDS, Chunk, FrontMatter, Page, read_page, split
from tests.unit.knowledge.conftest import EXAMPLE

HEAD = "---\ntitle: Refunds\naudience: public\neffective: 2026-01-05\n---\n"
SENTENCE = "This sentence has exactly eight words in it. "


def page(body: str) -> Page:
    return Page(document="refunds", digest="0", front=FrontMatter(title="Refunds", audience="public"), body=body)


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "refunds.md").write_text(text, "utf-8")
    return tmp_path / "refunds.md"


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
    assert all(chunk.text.endswith(".") and len(chunk.text.split()) <= MAX_WORDS for chunk in chunks)


def test_a_short_rest_is_no_chunk_of_its_own() -> None:
    (chunk,) = split(page(f"# Refunds\n{SENTENCE * 22}\n\nA short rest."))
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
    assert all(len(chunk.text.split()) <= MAX_WORDS + SHORT_WORDS for chunk in chunks)


def test_front_matter_is_read_and_not_shown(tmp_path: Path) -> None:
    path = written(tmp_path, HEAD.replace("---\n", "---\nregions: [emea]\nexpires: 2026-12-31\n", 1) + "# Refunds\ntext\n")
    (chunk,) = split(read_page(path, tmp_path))
    assert (chunk.document, chunk.text) == ("refunds", "text")
    assert (chunk.effective, chunk.expires, chunk.regions) == (date(2026, 1, 5), date(2026, 12, 31), ("emea",))


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("# Refunds\ntext\n", 1, "no front matter"),
        (HEAD.replace("audience: public\n", "") + "text", None, "audience: Field required"),
        (HEAD.replace("public", "everybody") + "text", 3, "audience: Input should be 'public', 'internal' or 'restricted'"),
        (HEAD.replace("audience", "audiance") + "text", None, "audi"),
        (HEAD.replace("2026-01-05", "soon") + "text", 4, "effective"),
        (HEAD.replace("---\n", "---\nexpires: 2025-01-05\n", 1) + "text", 2, "before effective"),
        (HEAD.replace("title: Refunds", "title: [unclosed") + "text", 3, "not YAML"),
        (HEAD, None, "has no text"),
    ],
)
def test_a_page_that_cannot_be_used_says_why(tmp_path: Path, text: str, line: int | None, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_page(written(tmp_path, text), tmp_path)
    assert problem in caught.value.problem
    assert line is None or caught.value.line == line


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2026, 1, 4), False), (date(2026, 1, 5), True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)],
)
def test_a_page_is_in_force_from_its_first_day_to_its_last(day: date, expected: bool) -> None:
    chunk = Chunk(id="1", document="d", heading="h", text="t", effective=date(2026, 1, 5), expires=date(2026, 12, 31))
    assert chunk.in_force(day) is expected


def test_the_example_handbook_can_be_read_and_no_table_is_torn() -> None:
    handbook = EXAMPLE / "handbook"
    chunks = [chunk for path in sorted(handbook.glob("*.md")) for chunk in split(read_page(path, handbook))]
    assert len(chunks) > 150
    tables = [chunk.text[chunk.text.index("|") :].split("\n") for chunk in chunks if "\n|" in f"\n{chunk.text}"]
    assert all(set(lines[1]) <= set("|-: ") for lines in tables)
