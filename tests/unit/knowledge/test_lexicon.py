import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.lexicon import build, terms

TEXTS = ["Refunds of annual plans", "Monthly plans are never refunded", "Where invoices are found", ""]
WORDS = st.lists(st.sampled_from(["refund", "plans", "invoice", "rare", "zebra", "the"]), max_size=8).map(" ".join)


def test_the_text_with_the_rarer_words_covers_more() -> None:
    scores = build(TEXTS).coverage("annual plans")
    assert scores[0] > scores[1] > scores[2] == scores[3] == 0


def test_words_that_no_text_has_count_as_missing() -> None:
    lexicon = build(TEXTS)
    assert lexicon.coverage("annual plans zebra")[0] < lexicon.coverage("annual plans")[0]
    assert not lexicon.coverage("zebra").any()


def test_a_question_without_words_covers_nothing() -> None:
    assert not build(TEXTS).coverage("?!").any()


def test_an_empty_collection_has_no_scores() -> None:
    assert build([]).coverage("refund").shape == (0,)


@settings(max_examples=50, deadline=None)
@given(st.lists(WORDS, min_size=1, max_size=6), WORDS)
def test_coverage_is_a_share(texts: list[str], query: str) -> None:
    scores = build(texts).coverage(query)
    assert ((scores >= 0) & (scores <= 1)).all()


def test_the_sum_is_the_one_that_bm25s_gives() -> None:
    import bm25s

    peer = bm25s.BM25(method="lucene", k1=1.2, b=0.75)
    peer.index([terms(text) for text in TEXTS], show_progress=False)
    expected, got = peer.get_scores(terms("annual plans invoices")), build(TEXTS).coverage("annual plans invoices")
    assert np.allclose(got / got.max(), expected / expected.max(), atol=1e-6)


def test_words_that_say_nothing_weigh_nothing() -> None:
    assert terms("What is the refund of an EU plan in the AI age?") == ["refund", "eu", "plan", "ai", "age"]


def test_an_identifier_counts_whole_and_by_its_parts_and_camel_case_by_its_humps() -> None:
    assert terms("CVE-2026-1731 in readOnlyMode") == ["cve", "2026", "1731", "readonlymode", "cve-2026-1731", "read", "only", "mode"]


@pytest.mark.parametrize(
    ("word", "stem"),
    [("Refunds", "refund"), ("policies", "policy"), ("status", "status"), ("access", "access"), ("SSO", "sso"), ("gas", "gas")],
)
def test_only_the_plural_goes(word: str, stem: str) -> None:
    assert terms(word) == [stem]
