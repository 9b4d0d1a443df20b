"""``make bench-intents`` without the public sets: how they are read and drawn, and what is said when they are missing."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agents.intent.figures import BOUNDS, Judged
from benchmarks.intents.measure import bounds
from benchmarks.intents.report import Line, show
from benchmarks.intents.sets import SHOTS, load, smaller

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two labels of twelve texts, in the shape of the public sets."""
    rows = [(f"where is parcel {at}", "delivery") for at in range(12)] + [(f"what costs plan {at}", "price") for at in range(12)]
    clinc = [f"{text},{label},train" for text, label in rows] + ["is it here,delivery,test", "a joke,oos,oos_test", "a poem,oos,oos_train"]
    files = {
        "banking77/train.csv": "\n".join(["text,category", *(f"{text},{label}" for text, label in rows)]),
        "banking77/test.csv": "text,category\nis it here,delivery\n",
        "clinc150/clinc150.csv": "\n".join(["text,intent,split", *clinc]),
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_out_of_scope_texts_are_learned_from_only_where_the_set_says_so(data: Path) -> None:
    without, with_them = next(load("clinc150", data)), next(load("clinc150+oos", data))
    assert (without.known_outside, with_them.known_outside) == ((), ("a poem",))
    assert without.held == with_them.held == [("is it here", "delivery"), ("a joke", None)]
    assert with_them.intents.out_of_scope == ("a poem",)


def test_few_examples_are_drawn_of_every_label_and_anew_for_every_draw(data: Path) -> None:
    draws = list(load("banking77-10", data))
    assert [[len(intent.utterances) for intent in each.intents.intents] for each in draws] == [[SHOTS, SHOTS]] * 3
    assert draws == list(load("banking77-10", data))
    assert len({tuple(each.train) for each in draws}) == 3
    assert len(smaller(next(load("banking77", data))).train) == 24


def judged(right: int, wrong: int, outside: int) -> Judged:
    n = right + wrong + outside
    truth = ["a"] * right + ["b"] * wrong + [None] * outside
    sure = np.array([0.9] * right + [0.6] * wrong + [0.3] * outside)
    return Judged(truth, ["a"] * n, sure, sure, sure, [["a"]] * n)


def test_over_random_splits_everything_right_is_automatic_and_nothing_out_of_scope_is() -> None:
    assert [(row.bound, row.exceeded, row.in_scope) for row in bounds(judged(4_000, 0, 0), splits=5)] == [(b, 0, 1) for b in BOUNDS]
    assert all(row.automatic == 0 for row in bounds(judged(0, 0, 500), splits=5))


def test_a_threshold_of_one_half_is_judged_on_the_other() -> None:
    found = {row.bound: row for row in bounds(judged(2_000, 1_000, 1_000), splits=10)}
    assert found[0.02].in_scope == pytest.approx(2 / 3, abs=0.05)
    assert found[0.02].wrong == 0


def test_a_missed_bar_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert not show("set", [Line("accuracy", "1 %", "≥ 2 %", False), Line("Brier", "0.1")])
    assert "MISSED" in capsys.readouterr().out


def test_missing_data_is_one_clear_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "benchmarks.intents", "--data", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("bench-intents: clinc150 is not in ")
    assert len(done.stderr.splitlines()) == 1
