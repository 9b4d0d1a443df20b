"""What becomes of an unsure reading when a chat model has chosen."""

import pytest

from agents.cascade import CANDIDATES, candidates, chosen, decided, evidence
from agents.recalibration import Recalibration, fit
from core.intent import Intent, Label, Moved
from core.ports import Judged

UNSURE = Intent(
    labels=(Label(label="refund", confidence=0.4), Label(label="invoice", confidence=0.2), Label(label="cancel", confidence=0.1)),
    abstained=True,
    out_of_scope=False,
    set=("refund", "invoice"),
    none=0.2,
    sure=0.32,
    threshold=0.5,
    words=(Moved(word="money", weight=1.0),),
)
OFFERED = ("refund", "invoice")
NOTHING = Recalibration()
TRUSTED = fit([Judged("differs", 0.2, True)] * 400)
LABELS = frozenset({"refund", "invoice", "cancel", "bug", "login", "sales"})


def read(said: str | None, learned: Recalibration = NOTHING, **more: object) -> Intent:
    intent = UNSURE.model_copy(update=more)
    return decided(intent, chosen("t1", intent, OFFERED, said), learned)


def test_the_chance_is_the_embedded_models_own_among_all_that_was_offered() -> None:
    choice = chosen("t1", UNSURE, OFFERED, "invoice")
    assert choice.chance == pytest.approx(0.16 / (0.32 + 0.16 + 0.2), abs=1e-4)
    assert (choice.top, choice.kind) == ("refund", "differs")
    assert chosen("t1", UNSURE, OFFERED, None).chance == pytest.approx(0.2 / 0.68, abs=1e-4)


def test_candidates_are_the_first_label_and_what_cannot_be_ruled_out_and_still_the_companys() -> None:
    assert candidates(UNSURE, LABELS) == ["refund", "invoice", "cancel"]
    assert candidates(UNSURE, LABELS - {"refund"}) == ["invoice", "cancel"]
    many = UNSURE.model_copy(update={"set": tuple(sorted(LABELS))})
    assert candidates(many, LABELS)[0] == "refund"
    assert len(candidates(many, LABELS)) == CANDIDATES
    assert candidates(UNSURE, frozenset()) == []


def test_a_choice_under_the_bar_leads_but_decides_nothing() -> None:
    found = read("invoice")
    assert (found.top, found.source, found.abstained) == ("invoice", "model", True)
    assert found.sure == found.confidence == pytest.approx(0.2353, abs=1e-3)
    assert found.words == (), "they spoke for another label"


def test_a_choice_over_the_bar_is_acted_on() -> None:
    found = read("invoice", TRUSTED)
    assert not found.abstained
    assert found.margin == pytest.approx(found.sure - 0.5, abs=1e-4)
    assert sum(label.confidence for label in found.labels) <= 1.001


def test_where_the_embedded_model_never_decides_by_itself_the_chat_model_does_not_either() -> None:
    assert read("invoice", TRUSTED, threshold=None, bound=0.02).abstained


def test_without_threshold_and_bound_even_chances_are_the_bar() -> None:
    assert not read("invoice", TRUSTED, threshold=None).abstained
    assert read("invoice", threshold=None).abstained


def test_under_a_bound_without_outcomes_nothing_is_decided_and_it_says_why() -> None:
    found = read("refund", bound=0.02, threshold=0.3)
    assert found.abstained
    assert found.caution == "the chat model's choice decides nothing: 0 outcomes do not show that at most 2.0% of such are wrong"


def test_under_a_bound_that_outcomes_bear_it_is() -> None:
    found = read("invoice", TRUSTED, bound=0.02)
    assert (found.abstained, found.caution) == (False, "")


def test_none_of_them_is_no_more_believed_than_anything_else() -> None:
    assert read(None) == UNSURE
    sure = fit([Judged("none", 0.29, True)] * 400)
    found = read(None, sure)
    assert (found.out_of_scope, found.source, found.top) == (True, "model", "refund")


def test_an_unbelieved_choice_does_not_bring_a_message_back_into_scope() -> None:
    assert read("invoice", out_of_scope=True).out_of_scope
    assert not read("invoice", TRUSTED, out_of_scope=True).out_of_scope


def test_the_receipt_tells_choice_chance_and_grounds() -> None:
    choice = chosen("t1", UNSURE, OFFERED, "invoice")
    told = evidence(choice, UNSURE, decided(UNSURE, choice, TRUSTED), TRUSTED)
    assert told.startswith("chat model: invoice 9")
    assert told.endswith("%, recalibrated on 400 outcomes")
    untaught = evidence(choice, UNSURE, decided(UNSURE, choice, NOTHING), NOTHING)
    assert untaught == "chat model: invoice 24%, not recalibrated, 0 of the 50 outcomes that it takes are known; not acted on"
