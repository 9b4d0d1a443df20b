import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agents.intent.agent import IntentAgent
from agents.intent.cache import load, load_or_train, save
from agents.intent.data import read_intents
from agents.intent.model import IntentModel
from agents.intent.training import train
from core.company import IntentDef, Intents
from core.errors import InvalidFile, Unavailable
from core.types import Past
from core.value import Span
from knowledge.encoder import OnnxEncoder
from tests.support.company import TUESDAY

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

ENCODER = Path(__file__).parents[3] / "build" / "encoder"
pytestmark = pytest.mark.skipif(not (ENCODER / "model.onnx").exists(), reason="the sentence encoder is not built: make setup")

MONEY = (
    "please refund my last order",
    "i want my money back",
    "refund the annual plan",
    "when do i get the refund",
    "money back please",
    "refund request for march",
)
BUG = (
    "the app crashes when i open it",
    "export fails with an error",
    "the page stays blank",
    "it shows error 500",
    "the button does nothing",
    "crash on start",
)
HELLO = ("hello there", "good morning", "hi", "thanks a lot", "hey you", "good evening to you all")
OUTSIDE = ("what is the weather", "a recipe for soup", "who won the match", "translate this poem", "my cat is ill", "capital of peru")


def small() -> Intents:
    groups = {"refund": MONEY, "bug": BUG, "greeting": HELLO}
    return Intents(intents=tuple(IntentDef(name=name, utterances=texts) for name, texts in groups.items()), out_of_scope=OUTSIDE)


@pytest.fixture(scope="module")
def encoder() -> OnnxEncoder:
    return OnnxEncoder(ENCODER)


@pytest.fixture(scope="module")
def model(encoder: OnnxEncoder) -> IntentModel:
    return train(small(), encoder)


def test_an_unseen_wording_gets_its_label_with_a_probability(model: IntentModel) -> None:
    found = model.predict("could you give me a refund for the yearly subscription?")
    assert found.labels[0].label == "refund"
    assert 0 < found.labels[0].confidence <= 1
    assert "refund" in found.set
    assert [label.confidence for label in found.labels] == sorted((label.confidence for label in found.labels), reverse=True)


def test_one_by_one_and_together_give_the_same(model: IntentModel) -> None:
    texts = ["crash again", "hi", "refund!", "a recipe for apple pie", ""]
    for together, alone in zip(model.predict_many(texts), map(model.predict, texts), strict=True):
        assert [label.label for label in together.labels] == [label.label for label in alone.labels]
        assert (together.abstained, together.set) == (alone.abstained, alone.set)
        assert together.in_scope == pytest.approx(alone.in_scope, abs=1e-4)


def test_the_request_is_found_in_the_last_sentence_of_a_long_mail_with_its_span(model: IntentModel) -> None:
    text = "We moved office last week and the team liked it. The coffee is good there. Please refund my last order."
    found = model.predict(text)
    span = found.labels[0].span
    assert found.labels[0].label == "refund"
    assert span
    assert "refund" in text[span.start : span.end]


STRANGE = (
    "Describe a medieval castle in great detail. The knights wear shining armour. The volcano erupts over the jungle. "
    "Penguins march along the frozen shore. Who won the match in Peru? Sing of the old sailor and the sea. "
    "The weather on Mars is cold. A recipe for soup with leeks."
)


def test_sentences_far_from_every_intent_do_not_decide_where_the_business_part_goes(model: IntentModel) -> None:
    for text in (f"{STRANGE}\n\nPlease refund my last order.", f"Please refund my last order. {STRANGE}"):
        found = model.predict(text)
        assert found.abstained or found.labels[0].label == "refund"


def test_a_strange_subject_does_not_move_where_the_body_goes(model: IntentModel) -> None:
    found = model.predict("Please refund my last order.", STRANGE.split(" The volcano")[0])
    assert (found.labels[0].label, found.abstained) == ("refund", False)


def test_where_nothing_is_business_nothing_is_left_out(model: IntentModel) -> None:
    found = model.predict(STRANGE)
    assert found.abstained
    assert model.predict(STRANGE, "Soup").abstained


class Counting:
    """The encoder; counts the calls."""

    def __init__(self, encoder: OnnxEncoder) -> None:
        self._encoder, self.version, self.calls = encoder, encoder.version, 0

    def encode(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        self.calls += 1
        return self._encoder.encode(texts)

    def states(self, text: str) -> "tuple[Sequence[Span], NDArray[np.float32]]":
        return self._encoder.states(text)


def test_only_what_is_not_understood_as_a_whole_is_encoded_once_more(model: IntentModel, encoder: OnnxEncoder) -> None:
    counting = Counting(encoder)
    watched = replace(model, encoder=counting)
    for text, calls in (
        ("refund my order", 1),
        ("The export fails. It shows error 500.", 1),
        (f"{STRANGE}\n\nPlease refund my last order.", 2),
    ):
        counting.calls = 0
        watched.predict(text)
        assert counting.calls == calls


def test_nothing_at_all_is_not_small_talk(model: IntentModel) -> None:
    for text in ("", " \n "):
        found = IntentAgent(model).read(text, "", "en", ())
        assert (found.labels, found.abstained, found.out_of_scope) == ((), True, True)


def test_training_is_deterministic(model: IntentModel, encoder: OnnxEncoder) -> None:
    again = train(small(), encoder)
    assert again.version == model.version
    assert again.predict("it crashed") == model.predict("it crashed")


def test_a_model_is_kept_by_content_and_loads_the_same(model: IntentModel, encoder: OnnxEncoder, tmp_path: Path) -> None:
    stages: list[str] = []
    first = load_or_train(small(), encoder, tmp_path, stages.append)
    told = len(stages)
    second = load_or_train(small(), encoder, tmp_path, stages.append)
    assert told
    assert len(stages) == told, "the second time nothing is trained"
    assert second.predict("refund") == first.predict("refund")


def test_a_damaged_or_foreign_model_file_is_not_trusted(model: IntentModel, encoder: OnnxEncoder, tmp_path: Path) -> None:
    path = tmp_path / "intents.npz"
    save(model, path)
    assert load(path, encoder).version == model.version
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(Unavailable, match="damaged"):
        load(path, encoder)
    with pytest.raises(Unavailable, match="missing"):
        load(tmp_path / "other.npz", encoder)


def test_a_short_follow_up_keeps_the_conversations_intent(model: IntentModel) -> None:
    agent = IntentAgent(model)
    history = (Past(role="customer", text="export fails", at=TUESDAY, intent="bug"),)
    alone, after = agent.read("still nothing?", "", "en", ()), agent.read("still nothing?", "", "en", history)
    assert not after.abstained or alone.abstained
    assert after.top == "bug" or "bug" not in alone.set


def test_what_the_words_say_is_joined_with_the_model(model: IntentModel) -> None:
    read = IntentAgent(model).read("Refund us 1,200 USD today or let me talk to a real person!", "Order PO-4711", "en", ())
    assert read.wants_human
    assert read.urgency > 0
    assert ("money", "1200.00 USD") in {(entity.type, entity.value) for entity in read.entities}


def test_any_text_is_read(model: IntentModel) -> None:
    agent = IntentAgent(model)
    for text in ("", "\x00", "🙂" * 500, "a" * 30_000, "请帮我", "\n\n\n", "?" * 100):
        assert agent.read(text, "", "en", ()).source == "embedded"


@pytest.mark.parametrize(
    ("file", "text", "problem"),
    [
        ("d.csv", "text,intent\nhello\n", "d.csv:2: has no intent"),
        ("d.csv", "words,label\na,b\n", "d.csv:1: the first row must name"),
        ("d.csv", "text,intent\n ,bug\n", "d.csv:2: has no text"),
        ("d.jsonl", '{"text": "a", "intent": "b"}\n{nope\n', "d.jsonl:2: no JSON"),
        ("d.jsonl", "[1]\n", "d.jsonl:1: is no object"),
        ("d.txt", "x", "is no .csv"),
        ("d.csv", "text,intent\na,only\n", "there must be two at least"),
    ],
)
def test_bad_data_is_named_by_its_row(file: str, text: str, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_intents(text, file)
    assert problem in str(caught.value)


def test_labels_are_data() -> None:
    rows = [
        {"text": "où est ma facture", "intent": "Facture — perdue?"},
        {"text": "bug", "intent": "バグ"},
        {"text": "soup", "intent": "oos"},
    ]
    read = read_intents("\n".join(json.dumps(row) for row in rows), "d.jsonl")
    assert [intent.name for intent in read.intents] == ["Facture — perdue?", "バグ"]
    assert read.out_of_scope == ("soup",)
