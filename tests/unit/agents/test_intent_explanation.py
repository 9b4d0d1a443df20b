import pytest

from agents.intent.explanation import words
from agents.intent.model import IntentModel
from agents.intent.training import train
from tests.unit.agents.intent_samples import WordEncoder, small_company


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return train(small_company(), WordEncoder())


def test_the_word_that_names_the_matter_moved_it_most(model: IntentModel) -> None:
    found = words(model, "please arrange my refund", "refund")
    assert found[0].word == "refund"
    assert found[0].weight > 0


def test_a_word_for_another_intent_speaks_against(model: IntentModel) -> None:
    found = {each.word: each.weight for each in words(model, "a demo or a refund", "refund")}
    assert found["refund"] > 0 > found["demo"]


def test_words_stand_once_and_strongest_first(model: IntentModel) -> None:
    found = words(model, "Refund refund REFUND please, and a demo", "refund")
    assert [each.word for each in found].count("refund") == 1
    assert [abs(each.weight) for each in found] == sorted((abs(each.weight) for each in found), reverse=True)
    assert len(found) <= 5


@pytest.mark.parametrize("text", ["", "!!! ???", " \n "])
def test_a_text_without_words_has_no_reasons(model: IntentModel, text: str) -> None:
    assert words(model, text, "refund") == ()


def test_an_unknown_label_has_no_reasons(model: IntentModel) -> None:
    assert words(model, "a refund", "astrology") == ()


def test_the_nearest_examples_are_named_with_their_labels(model: IntentModel) -> None:
    nearest = model.predict("where is my refund").nearest
    assert nearest[0].label == "refund"
    assert [each.similarity for each in nearest] == sorted((each.similarity for each in nearest), reverse=True)
    assert len(nearest) == 5


def test_a_text_that_was_taught_is_its_own_nearest_example(model: IntentModel) -> None:
    nearest = model.predict("we would like a demo").nearest[0]
    assert (nearest.text, nearest.label) == ("we would like a demo", "demo")
    assert nearest.similarity == pytest.approx(1)


def test_a_bound_decides_by_its_threshold_and_says_so(model: IntentModel) -> None:
    strict = model.bounded(0.001)
    found = strict.predict("where is my refund")
    assert found.abstained
    assert found.threshold is None
    assert "too few" in found.caution
    loose = model.bounded(0.3).predict("where is my refund")
    assert not loose.abstained
    assert loose.threshold is not None
    assert loose.margin == pytest.approx(loose.sure - loose.threshold, abs=1e-5)
    assert model.bounded(None).predict("where is my refund").bound is None
