import numpy as np
import pytest

from agents.intent.features import BUCKETS
from agents.intent.model import IntentModel
from agents.intent.training import train, version
from core.company import IntentDef, Intents
from tests.unit.agents.intent_samples import FRAMES, SUBJECTS, WordEncoder, small_company


@pytest.fixture(scope="module")
def model() -> IntentModel:
    return train(small_company(), WordEncoder())


def test_each_intent_is_recognised_in_words_it_was_not_taught(model: IntentModel) -> None:
    unseen = {
        "refund": "i want my refund back",
        "outage": "the system is down again",
        "demo": "can we schedule a demo",
        "human_request": "a real person",
    }
    assert {name: model.predict(text).labels[0].label for name, text in unseen.items()} == {name: name for name in unseen}


def test_labels_are_sorted_and_above_one_percent(model: IntentModel) -> None:
    labels = model.predict("please arrange a demo or a refund").labels
    assert [label.confidence for label in labels] == sorted((label.confidence for label in labels), reverse=True)
    assert len(labels) <= 5
    assert all(label.confidence >= 0.01 for label in labels)


def test_what_belongs_to_none_is_out_of_scope_and_abstained(model: IntentModel) -> None:
    found = model.predict("the football score was on television with tomatoes")
    assert found.out_of_scope
    assert found.abstained
    assert found.in_scope < model.predict("where is my refund").in_scope


def test_the_set_always_has_the_likeliest_label(model: IntentModel) -> None:
    for text in ("where is my refund", "xyzzy", "", "a demo and an outage"):
        found = model.predict(text)
        assert found.set
        assert found.labels[0].label in found.set


def test_confidences_of_one_intent_never_exceed_one(model: IntentModel) -> None:
    assert all(0 < label.confidence <= 1 for label in model.predict("refund refund refund money back").labels)


def test_many_texts_get_what_each_gets_alone(model: IntentModel) -> None:
    texts = ["where is my refund", "Hello.\n\nThe system is down. Thanks", "", "we would like a demo"]
    for one, same in zip(model.predict_many(texts), map(model.predict, texts), strict=True):
        assert [label.label for label in one.labels] == [label.label for label in same.labels]
        assert one.in_scope == pytest.approx(same.in_scope, abs=1e-5)


def test_no_text_is_no_error(model: IntentModel) -> None:
    assert model.predict("").labels
    assert model.predict_many([]) == []


def test_a_label_points_at_the_sentence_that_speaks_for_it(model: IntentModel) -> None:
    text = "Hi team,\n\nI was in the garden yesterday. We would like a product tour. It was sunny.\n\nRegards\nAnn"
    label = model.predict(text).labels[0]
    assert label.label == "demo"
    assert label.span is not None
    assert text[label.span.start : label.span.end] == "We would like a product tour."


def test_two_clear_requests_are_two_labels_with_spans_of_their_own(model: IntentModel) -> None:
    text = "i want my money back refund reimbursement. connect me with a human agent person."
    first, second = model.predict(text).labels[:2]
    assert {first.label, second.label} == {"refund", "human_request"}
    assert first.span != second.span
    assert first.confidence >= second.confidence >= 0.3


def test_the_subject_counts(model: IntentModel) -> None:
    assert model.predict("please see above", "Re: refund reimbursement money back").labels[0].label == "refund"


def test_the_same_content_gives_the_same_model() -> None:
    one, same = train(small_company(), WordEncoder()), train(small_company(), WordEncoder())
    assert one.version == same.version
    assert all(np.array_equal(a, b) for a, b in zip(one.weights, same.weights, strict=True))
    assert one.calibration == same.calibration


def test_the_version_names_utterances_and_encoder() -> None:
    class Other(WordEncoder):
        version = "words-2"

    plain = version(small_company(), WordEncoder())
    assert plain != version(small_company(outside=False), WordEncoder())
    assert plain != version(small_company(), Other())


def test_without_out_of_scope_texts_far_texts_still_rank_lower() -> None:
    model = train(small_company(outside=False), WordEncoder())
    assert model.weights.bias.shape == (len(SUBJECTS),)
    assert model.predict("zebra quantum saxophone").in_scope < model.predict(FRAMES["demo"][0].format("a demo")).in_scope


def test_two_intents_of_one_utterance_are_enough() -> None:
    intents = Intents(intents=(IntentDef(name="a", utterances=("yes please",)), IntentDef(name="Größe 7", utterances=("no thanks",))))
    model = train(intents, WordEncoder())
    assert {label.label for label in model.predict("yes please").labels} == {"a", "Größe 7"}


def test_training_tells_its_stages() -> None:
    stages: list[str] = []
    train(small_company(), WordEncoder(), stages.append)
    assert stages[0].startswith("encoding")
    assert stages[-1] == "learning from all utterances"


def test_weights_cover_every_bucket(model: IntentModel) -> None:
    assert model.weights.sparse.shape == (BUCKETS, len(SUBJECTS) + 1)


def test_a_request_in_another_language_is_recognised(model: IntentModel) -> None:
    assert model.predict("Wir möchten bitte eine Vorführung, ist das möglich?").labels[0].label == "demo"
    assert model.predict("Je souhaite un remboursement").labels[0].label == "refund"
