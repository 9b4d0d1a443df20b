import random

import pytest
from scipy.stats import binomtest

from agents.intent.comparison import ALWAYS, Side, _folds, _labels, compare, mcnemar
from agents.intent.training import train
from core.company import IntentDef, Intents
from tests.unit.agents.intent_samples import WordEncoder, small_company

MOVED = ("my parcel is lost", "the parcel never came", "where is my parcel", "parcel missing", "no parcel here", "parcel late again")
"""The old content says refund of these, the new one outage."""


def content(label: str) -> Intents:
    whole = small_company()
    grown = tuple(
        each.model_copy(update={"utterances": (*each.utterances, *MOVED)}) if each.name == label else each for each in whole.intents
    )
    return whole.model_copy(update={"intents": grown})


def side(version: str, intents: Intents) -> Side:
    return Side(version, intents, train(intents, WordEncoder()), {MOVED[0]: "x_1"})


def told(_: str) -> None: ...


@pytest.mark.parametrize(("better", "worse"), [(0, 0), (1, 0), (6, 0), (0, 6), (9, 2), (5, 5), (40, 22)])
def test_mcnemars_test_is_the_exact_binomial_one(better: int, worse: int) -> None:
    expected = binomtest(better, better + worse).pvalue if better + worse else 1.0
    assert mcnemar(better, worse) == pytest.approx(expected)


def test_what_was_corrected_since_then_shows_as_better() -> None:
    found = compare(side("old", content("refund")), side("new", content("outage")), WordEncoder(), told)
    better = {flip.text for flip in found.flips if flip.new == flip.truth == "outage"}
    assert len(better & set(MOVED)) >= 2
    assert found.better > found.worse
    assert found.new.accuracy > found.old.accuracy
    assert found.new.log_loss < found.old.log_loss
    assert found.p_value == mcnemar(found.better, found.worse)
    assert next(flip.example for flip in found.flips if flip.text == MOVED[0]) == "x_1"


def test_no_text_is_read_by_a_model_that_learned_it() -> None:
    """Labels drawn by lot are learned by heart, and cannot be known of texts held out."""
    whole = small_company()
    texts = [text for intent in whole.intents for text in intent.utterances]
    random.Random(1).shuffle(texts)
    lots = tuple(IntentDef(name=f"lot {n}", utterances=tuple(texts[n::4])) for n in range(4))
    learned = side("new", Intents(intents=lots))
    by_heart = learned.model.predict_many(lots[0].utterances)
    assert sum(found.labels[0].label == "lot 0" for found in by_heart) > len(by_heart) * 0.8
    found = compare(side("old", whole), learned, WordEncoder(), told)
    assert found.new.accuracy < 0.5


def test_the_same_content_is_no_better_and_no_worse() -> None:
    one = side("old", small_company())
    found = compare(one, one._replace(version="new"), WordEncoder(), told)
    assert (found.better, found.worse, found.p_value, found.flips) == (0, 0, 1.0, ())
    assert found.old.accuracy == found.new.accuracy > 0.8
    assert found.n + found.unjudged == len(_labels(small_company()))


def test_an_intents_only_text_is_never_held_out() -> None:
    few = Intents(intents=(IntentDef(name="a", utterances=("one",)), IntentDef(name="b", utterances=tuple(f"text {n}" for n in range(30)))))
    folds = _folds(_labels(few))
    assert folds["one"] == ALWAYS
    assert {folds[f"text {n}"] for n in range(30)} == {0, 1, 2, 3, 4}


def test_of_what_has_changed_half_is_read_where_there_is_too_much_to_read_all() -> None:
    few = {f"text {n}": "a" if n % 2 else "b" for n in range(300)}
    changed = [f"text {n}" for n in range(100)]
    folds = _folds(few, changed=changed)
    assert 35 < sum(folds[text] == 0 for text in changed) < 65
    assert 20 < sum(folds[text] == 0 for text in few if text not in changed) < 60
