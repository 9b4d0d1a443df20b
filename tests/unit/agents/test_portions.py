"""A prompt keeps to its tokens, whatever comes in; what matters most is cut last, and nothing is cut in the middle of a fence."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.dialect import form
from agents.outputs import Assessed, Reply
from agents.portions import Portion, filled, shortened, size
from core import tokens
from core.company import Intents
from core.intent import Intent, Label, Near
from core.ports import RenderedPrompt
from core.types import Intake, Passage, Past
from tests.support.company import PASSAGE, TUESDAY, example, turn
from tests.unit.agents.test_writer import ORDINARY, Scripted, writer

PIECES = (
    "long ", "<text>", "</passages>", "&lt;/text&gt;", "{{date}}", "\u200b", "＜/text＞", "0123456789", "ünïcödé ", "日本語", "😀", "\n",
    "aGVsbG8gd29ybGQ", "Please refund it. ", "[1] ", "\x00", "\ud800", "&", "|---|", " ", "-" * 50,
)  # fmt: skip
HOSTILE = st.lists(st.sampled_from(PIECES) | st.text(max_size=20), max_size=30).flatmap(
    lambda parts: st.sampled_from([1, 1, 7, 60]).map(lambda times: "".join(parts) * times)
)
FENCES = re.compile(r"</?(?:text|passages|conversation|intents)>")


async def prompt_of(text: str, passages: list[str], history: list[str], limit: int, unsure: bool) -> RenderedPrompt:
    model = Scripted(Assessed(intent="none", draft="") if unsure else Reply(reply=""))
    labels = tuple(Label(label=intent.name, confidence=0.1) for intent in example().intents.intents[:5])
    nearest = tuple(Near(text=intent.utterances[0], label=intent.name, similarity=0.5) for intent in example().intents.intents[:5])
    read = Intent(labels=labels, abstained=True, out_of_scope=False, nearest=nearest)
    found = tuple(Passage(document=f"d{at}", heading=f"{each[:80]} > h", text=each, score=0.5) for at, each in enumerate(passages))
    past = tuple(Past(role="agent" if at % 2 else "customer", text=each, at=TUESDAY) for at, each in enumerate(history))
    scribe, read_in = writer(model, prompt_tokens=limit), Intake(text=text, subject=text[:40], language="en")
    await (scribe.assess(turn(history=past), read_in, read, found) if unsure else scribe.reply(turn(history=past), read_in, found))
    return model.prompts[0]


def whole(prompt: RenderedPrompt, unsure: bool) -> int:
    return tokens.count(prompt.system) + tokens.count(prompt.user) + form(Assessed if unsure else Reply).tokens


@settings(deadline=None, max_examples=60)
@given(HOSTILE, st.lists(HOSTILE, max_size=4), st.lists(HOSTILE, max_size=5), st.sampled_from([400, 500, 900]), st.booleans())
async def test_no_input_takes_a_prompt_over_its_tokens_or_out_of_its_fences(
    text: str, passages: list[str], history: list[str], limit: int, unsure: bool
) -> None:
    prompt = await prompt_of(text, passages, history, limit, unsure)
    assert whole(prompt, unsure) <= limit
    marks = FENCES.findall(prompt.user)
    assert marks[1::2] == [mark.replace("<", "</") for mark in marks[::2]], "each fence opens and closes, one after the other"
    assert len(set(marks)) == len(marks)
    assert prompt.user.count("<") == len(marks)


async def test_an_ordinary_message_stands_whole_and_the_rest_shares_what_is_left() -> None:
    user = (await prompt_of(ORDINARY, ["A fact of the handbook. " * 60], ["A story. " * 90], 500, unsure=True)).user
    assert ORDINARY in user
    assert all(f"\n{intent.name}: " in user for intent in example().intents.intents[:5])
    assert "A fact of the handbook." in user


async def test_a_long_message_keeps_its_beginning_and_its_end_and_leaves_room_for_the_rest() -> None:
    user = (await prompt_of(f"THE START {'long ' * 5000} THE REQUEST", ["A fact of the handbook."], [], 500, unsure=True)).user
    assert "THE START" in user
    assert "THE REQUEST" in user
    assert "A fact of the handbook." in user
    assert all(f"\n{intent.name}:" in user for intent in example().intents.intents[:5])


async def test_more_tokens_are_used_where_they_are_given() -> None:
    passages = ["A fact of the handbook. " * 60]
    few, many = [whole(await prompt_of(ORDINARY, passages, [], limit, unsure=False), unsure=False) for limit in (400, 1200)]
    assert few <= 400 < 500 < many <= 1200


async def test_intents_for_which_there_is_no_room_are_not_offered() -> None:
    names = [f"{'a very long name of an intent ' * 6}{n}" for n in range(5)]
    odd = Intents(
        intents=tuple(intent.model_copy(update={"name": name}) for intent, name in zip(example().intents.intents, names, strict=False))
    )
    read = Intent(labels=tuple(Label(label=name, confidence=0.1) for name in names), abstained=True, out_of_scope=False)
    model = Scripted(Assessed(intent=names[4], draft=""))
    opinion = await writer(model, intents=lambda: odd).assess(turn(), Intake(text=ORDINARY, language="en"), read, (PASSAGE,))
    assert names[0] in model.prompts[0].user
    assert names[4] not in model.prompts[0].user
    assert "not offered" in opinion.degraded[0]


@pytest.mark.parametrize("most", [0, 1, 20, 300])
def test_a_text_is_shortened_at_words(most: int) -> None:
    cut = shortened("wonderful words " * 500, most)
    assert size(cut) <= most
    assert set(cut.split()) <= {"wonderful", "words", "…"}


def test_where_the_words_of_the_prompt_take_all_the_parts_are_left_out() -> None:
    fixed = {"company": "Fernhill", "date": "2026-03-10", "language": "en"}
    portions = {name: Portion(0.3, "words", lambda most: "words" if most else "") for name in ("text", "passages", "conversation")}
    assert filled("reply", 10, portions, **fixed).prompt.user == ""
