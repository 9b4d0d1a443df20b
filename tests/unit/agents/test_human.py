from pathlib import Path

import numpy as np
import pytest

from agents.intent.human import SURE, HumanDetector, logistic
from agents.intent.reading import read
from agents.intent.spelling import corrected
from knowledge.encoder import OnnxEncoder

ASKS = """wanna chat wiht a reall person
tlak to somone
I'D RATHER DISCUSS THIS WITH A PERSON
real agent available?
I need to talk with an actual employee of yours""".splitlines()

ASKS_NOTHING = """our travel agent booked the wrong hotel
the monitoring agent is offline
a representative sample of the answers
I talked to your colleague on Monday and she fixed it
I do not need an agent
talk to you tomorrow
human resources wants the contract
which plan has phone support""".splitlines()


@pytest.fixture(scope="module")
def detector() -> HumanDetector:
    return HumanDetector(OnnxEncoder(Path("build/encoder")))


@pytest.mark.parametrize("text", ASKS)
def test_a_wish_in_words_of_its_own_is_heard(detector: HumanDetector, text: str) -> None:
    assert detector.chance(text, read(text).units) >= SURE


@pytest.mark.parametrize("text", ASKS_NOTHING)
def test_people_are_mentioned_without_being_asked_for(detector: HumanDetector, text: str) -> None:
    assert detector.chance(text, read(text).units) < SURE


def test_slips_are_corrected_and_other_words_are_not() -> None:
    assert corrected("tlak to somone, a reprsentative or the oprator") == "talk to someone, a reprsentative or the operator".replace(
        "reprsentative", "representative"
    )
    assert corrected("the urgent contract of the persons who speaks charts") == "the urgent contract of the persons who speaks charts"


def test_logistic_regression_parts_what_can_be_parted() -> None:
    weights, bias = logistic(np.array([[1.0, 0.0], [0.9, 0.1]], np.float32), np.array([[0.0, 1.0], [0.1, 0.9]], np.float32))
    assert np.array([1.0, 0.0]) @ weights + bias > 0 > np.array([0.0, 1.0]) @ weights + bias
