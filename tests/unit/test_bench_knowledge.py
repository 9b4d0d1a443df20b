"""``make bench-knowledge`` without the public sets: the example company's questions, the statistics, what is said when data is missing."""

import json
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from benchmarks.knowledge.answering import Reaction, uncited
from benchmarks.knowledge.baseline import TfIdf
from benchmarks.knowledge.corpus import Corpus
from benchmarks.knowledge.example import lines
from benchmarks.knowledge.isolation import MARKS, Mark, User, leaks
from benchmarks.knowledge.measure import folded, hit, rank, threshold
from benchmarks.knowledge.questions import Gold, Kind, Question, Section, read
from benchmarks.knowledge.report import Line, Part, as_json, show
from benchmarks.knowledge.sets import Page, markdown, policyqa, techqa
from core.errors import InvalidFile
from core.types import Answer, Audience, Citation, Passage
from knowledge.reading import read_all

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "knowledge" / "example"
QUESTIONS = read(EXAMPLE / "evals" / "knowledge.jsonl")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def sections(document: str) -> dict[str, str]:
    """Of a page of the example handbook: heading → text below it, up to the next heading."""
    _, *parts = _HEADING.split((EXAMPLE / "handbook" / f"{document}.md").read_text("utf-8"))
    return dict(zip(parts[::2], parts[1::2], strict=True))


def audience(document: str) -> str:
    return (EXAMPLE / "handbook" / f"{document}.md").read_text("utf-8").partition("audience: ")[2].split()[0]


def test_every_gold_passage_stands_in_the_handbook_with_its_quote() -> None:
    wrong = [(each.id, gold) for each in QUESTIONS for gold in each.gold if gold.quote not in sections(gold.document).get(gold.heading, "")]
    assert not wrong
    assert all(section.heading in sections(section.document) for each in QUESTIONS for section in each.hidden)


def test_an_answerable_question_has_a_passage_that_its_sender_may_read() -> None:
    order = ["public", "internal", "restricted"]
    for each in QUESTIONS:
        may = order[: order.index(each.audience) + 1]
        assert each.kind != "answerable" or any(audience(gold.document) in may for gold in each.gold), each.id
        assert all(audience(gold.document) in may for gold in each.gold), each.id


def test_there_are_enough_questions_of_every_kind_and_none_twice() -> None:
    kinds = Counter(each.kind for each in QUESTIONS)
    assert kinds["answerable"] >= 75
    assert kinds["unanswerable"] >= 30
    assert min(kinds["underspecified"], kinds["out of policy"]) >= 8
    assert len({each.id for each in QUESTIONS}) == len({(each.question, each.regions, each.at) for each in QUESTIONS}) == len(QUESTIONS)


def test_a_passage_belongs_to_the_section_of_its_last_heading() -> None:
    section = Section(document="login", heading="Lost phone")
    assert section.holds("login", "Login > Two steps > Lost phone")
    assert not section.holds("login", "Login > Two steps")
    assert not section.holds("other", "Lost phone")


def test_a_question_is_public_and_of_no_region_unless_it_says_so() -> None:
    plain = Question(id="q", kind="answerable", question="?")
    assert (plain.audience, plain.regions, plain.asked_at.isoformat()) == ("public", (), "2026-11-16T12:00:00+00:00")


def test_a_line_that_is_no_question_is_named(tmp_path: Path) -> None:
    file = tmp_path / "knowledge.jsonl"
    file.write_text('{"id": "a", "kind": "answerable", "question": "?"}\n\n{"id": "b", "kind": "funny", "question": "?"}\n', "utf-8")
    with pytest.raises(InvalidFile, match=r"knowledge.jsonl:3: kind: "):
        read(file)


def test_what_is_found_twice_counts_once_and_what_is_not_found_never() -> None:
    assert rank(["b", "b", "a"], {"a"}) == 2
    assert rank(["b"], {"a"}) is None
    assert hit([1, 3, None, 4], 3) == 0.5


def test_a_threshold_refuses_no_more_of_the_answerable_than_allowed() -> None:
    scores, answerable = np.arange(20, dtype=float), np.array([True] * 20)
    assert threshold(scores, answerable, 0.1) == 2.0
    assert threshold(scores, answerable, 0.0) == 0.0


def test_scores_that_tell_the_kinds_apart_refuse_all_that_is_unanswerable() -> None:
    found = folded([0.9] * 50 + [0.1] * 20, [True] * 50 + [False] * 20)
    assert (found.abstained, found.refused) == (1.0, 0.0)


def test_scores_of_chance_refuse_of_either_kind_what_the_threshold_allows() -> None:
    chance = np.random.default_rng(3).random(4_000)
    found = folded([*chance], [True] * 3_000 + [False] * 1_000)
    assert found.abstained == pytest.approx(0.1, abs=0.03)
    assert found.refused == pytest.approx(0.1, abs=0.01)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Three documents and a site, in the shape of the public sets."""
    texts = {"a.txt": "Printer stops", "b.txt": "Scanner stops", "c.txt": "Screen is dark"}
    corpus = [{"id": name, "text": f"Title: {title}\n\nText:\n# {title}\nTurn it off\n---\nand on."} for name, title in texts.items()]
    asked = [{"question": "my scanner stops", "contexts": [{"filename": "b.txt"}]}, {"question": "is it free?", "contexts": []}]
    passages = [
        {"context": "We keep your address.", "qas": [{"question": "What do you keep?"}]},
        {"context": "We keep your phone number.", "qas": [{"question": "What do you keep?"}]},
        {"context": "We sell nothing.", "qas": [{"question": "What do you sell?"}]},
    ]
    (tmp_path / "techqa_sample").mkdir()
    (tmp_path / "techqa_sample/corpus_pooled.jsonl").write_text("\n".join(map(json.dumps, corpus)), "utf-8")
    (tmp_path / "techqa_sample/techqa_rag_eval_480.jsonl").write_text("\n".join(map(json.dumps, asked)), "utf-8")
    (tmp_path / "policyqa").mkdir()
    for part in ("dev", "test"):
        site = {"data": [{"title": "shop.example", "paragraphs": passages}]}
        (tmp_path / f"policyqa/{part}.json").write_text(json.dumps(site), "utf-8")
    return tmp_path


def test_a_document_is_one_page_under_its_title_whatever_its_text_looks_like(data: Path, tmp_path: Path) -> None:
    found = techqa(data)
    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "page.md").write_text(markdown(found.pages[0]), "utf-8")
    (page,) = read_all([("", folder)], {}, datetime.now(UTC)).pages
    assert {chunk.heading for chunk in page.chunks} == {"Printer stops"}
    assert [asked.gold for asked in found.asked] == [("b.txt",), ()]
    assert len(found.smaller(1).asked) == 1


def test_a_question_that_several_passages_of_a_site_answer_is_asked_once(data: Path) -> None:
    sites = [*policyqa(data)]
    assert [site.tenant for site in sites] == ["policyqa-dev-0", "policyqa-test-0"]
    assert {asked.question: asked.gold for asked in sites[0].asked} == {"What do you keep?": ("p0", "p1"), "What do you sell?": ("p2",)}


def test_the_published_retriever_prefers_the_title_that_the_question_has() -> None:
    pages = [Page("a", "Printer stops", ""), Page("b", "Scanner stops", ""), Page("c", "Screen is dark", "")]
    assert [name for _, name in TfIdf(pages).ranked("My scanner stops")] == ["b", "a", "c"]


def passage(heading: str, text: str, audience: Audience = "public") -> Passage:
    return Passage(document="login", heading=heading, text=text, score=0.9, audience=audience)


FOUND = passage("Login > Reset", "The link works for **60 minutes**. It works once.")


def cited(text: str, quote: str) -> Answer:
    return Answer(answer=text, abstained=False, citations=(Citation(document="login", heading=FOUND.heading, quote=quote, score=0.9),))


def test_a_line_counts_as_cited_only_where_its_quote_stands_and_its_words_do() -> None:
    assert not uncited(cited("The link works for 60 minutes.", "The link works for **60 minutes**."), [FOUND])
    assert uncited(cited("The link works for 90 minutes.", "The link works for **60 minutes**."), [FOUND])
    assert uncited(cited("The link works once.", "The link works once."), [FOUND])
    assert uncited(cited("It works once.\nIt works once.", "It works once."), [FOUND]) == ["It works once."]


def reaction(kind: Kind, answer: Answer, *found: Passage) -> Reaction:
    gold = (Gold(document="login", heading="Reset", quote="60 minutes"),) if kind == "answerable" else ()
    return Reaction(Question(id="q", kind=kind, question="?", gold=gold), found, answer)


def test_every_kind_of_question_has_its_own_right_reaction() -> None:
    right = cited("The link works for 60 minutes.", "The link works for **60 minutes**.")
    said = {kind: Answer(abstained=True, reason=kind) for kind in ("unanswerable", "underspecified", "out of policy")}
    found = [reaction("answerable", right, FOUND), reaction("unanswerable", said["unanswerable"])]
    found += [reaction("underspecified", said["out of policy"]), reaction("out of policy", right, FOUND)]
    values = {line.figure: line.value for line in lines(found)}
    assert (values["hit@1"], values["answerable: answered, with the gold words"], values["unanswerable: abstained"]) == (1, 1, 1)
    assert (values["underspecified: no answer"], values["underspecified: told so"], values["out of policy: told so"]) == (1, 0, 0)
    assert values["lines that stand on no citation"] == 0


def test_an_answer_without_the_gold_words_is_not_right() -> None:
    values = {line.figure: line.value for line in lines([reaction("answerable", cited("It works once.", "It works once."), FOUND)])}
    assert values["answerable: answered with something else"] == 1


def test_a_leak_is_seen_whatever_the_passage_says_of_itself() -> None:
    user = User("alder", ("public",), ("emea",))
    own, region, other = Mark("alder", "public", "emea"), Mark("alder", "public", "amer"), Mark("birch", "public")
    assert leaks(user, [passage("Limits", own.word)]) == 0
    assert leaks(user, [passage("Limits", mark.word) for mark in (region, other, own._replace(expired="yes"))]) == 3
    assert leaks(user, [passage("Limits", own.word, "internal"), passage("Limits", "whose?")]) == 2
    assert leaks(user, [passage("Limits", own._replace(expired="yes").word)], expired=True) == 0
    assert leaks(user, [passage("Limits", region._replace(expired="yes").word)], expired=True) == 1


def test_no_mark_is_part_of_another() -> None:
    assert all(one is other or one.word not in other.word for one in MARKS for other in MARKS)


def test_the_large_corpus_is_the_same_every_time_and_its_vocabulary_grows() -> None:
    corpus = Corpus(EXAMPLE / "handbook")
    few, many = ["".join(text for _, text in corpus.pages(pages)) for pages in (10, 100)]
    assert "".join(text for _, text in Corpus(EXAMPLE / "handbook").pages(10)) == few
    assert len(set(many.split())) > 1.3 * len(set(few.split()))


def test_a_missed_bar_is_said_in_the_table_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    part = Part("search", "two questions", [Line("hit@3", 0.5, bar=0.9), Line("p95", 20, "ms", bar=25, most=True), Line("p50", 9, "ms")])
    show(part)
    assert [line.kept for line in part.lines] == [False, True, None]
    assert not part.fine
    assert capsys.readouterr().out.count("MISSED") == 1
    assert [figure["kept"] for figure in json.loads(as_json([part]))[0]["figures"]] == [False, True, None]


def test_missing_data_is_one_clear_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.knowledge", "techqa", "--data", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("bench-knowledge: techqa is not in ")
    assert len(done.stderr.splitlines()) == 1
