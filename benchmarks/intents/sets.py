"""The public sets as labelled texts, split as their publishers split them."""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from core.company import IntentDef, Intents

SHOTS = 10
QUICK_LABELS, QUICK_TEXTS, QUICK_HELD = 40, 25, 600
Texts = list[tuple[str, str]]


@dataclass(frozen=True)
class Set:
    """``train`` and ``test`` are (text, label); ``outside`` texts belong to none of the labels, ``known_outside`` may be learned from."""

    name: str
    train: Texts
    test: Texts
    outside: tuple[str, ...] = ()
    known_outside: tuple[str, ...] = ()

    @property
    def intents(self) -> Intents:
        """What may be learned from."""
        by_label: dict[str, list[str]] = {}
        for text, label in self.train:
            by_label.setdefault(label, []).append(text)
        defined = tuple(IntentDef(name=label, utterances=tuple(texts)) for label, texts in by_label.items())
        return Intents(intents=defined, out_of_scope=self.known_outside)

    @property
    def held(self) -> list[tuple[str, str | None]]:
        """What is predicted: the test texts, then those that belong to none."""
        return [*self.test, *((text, None) for text in self.outside)]


NAMES = ("clinc150", "clinc150+oos", "banking77", "hwu64", "banking77-10", "hwu64-10")
DRAWS = 3


def load(name: str, data: Path, draws: int = DRAWS) -> Iterator[Set]:
    """The sets of ``name``: one, or for 10 examples a class one for each seeded draw. Raises OSError for a file that is not there."""
    if name == "clinc150":
        yield replace(_clinc(data), known_outside=())
    elif name == "clinc150+oos":
        yield replace(_clinc(data), name=name)
    elif name == "hwu64":
        rows = _rows(data / "hwu64/hwu64.csv")
        yield Set(name, _split(rows, "train"), _split(rows, "test"))
    elif name == "banking77":
        train, test = ([(row["text"], row["category"]) for row in _rows(data / f"banking77/{part}.csv")] for part in ("train", "test"))
        yield Set(name, train, test)
    else:
        whole = next(load(name.removesuffix(f"-{SHOTS}"), data))
        for seed in range(draws):
            yield replace(whole, name=name, train=_few(whole.train, SHOTS, seed))


def smaller(whole: Set) -> Set:
    """Some labels with some of their texts, to see that everything runs. Its figures say nothing about the bars."""
    labels = set(sorted({label for _, label in whole.train})[:QUICK_LABELS])
    train, test = ([row for row in part if row[1] in labels] for part in (whole.train, whole.test))
    chance = random.Random(0)
    held = chance.sample(test, min(QUICK_HELD, len(test)))
    outside = chance.sample(whole.outside, min(QUICK_HELD // 3, len(whole.outside)))
    return replace(whole, train=_few(train, QUICK_TEXTS, 0), test=held, outside=tuple(outside))


def _few(rows: Texts, shots: int, seed: int) -> Texts:
    """At most ``shots`` texts of each label, drawn with ``seed``."""
    by_label: dict[str, list[str]] = {}
    for text, label in rows:
        by_label.setdefault(label, []).append(text)
    chance = random.Random(seed)
    return [(text, label) for label in sorted(by_label) for text in chance.sample(by_label[label], min(shots, len(by_label[label])))]


def _clinc(data: Path) -> Set:
    rows = _rows(data / "clinc150/clinc150.csv")
    outside, known = (tuple(text for text, _ in _split(rows, split)) for split in ("oos_test", "oos_train"))
    return Set("clinc150", _split(rows, "train"), _split(rows, "test"), outside, known)


def _split(rows: list[dict[str, str]], split: str) -> Texts:
    return [(row["text"], row["intent"]) for row in rows if row["split"] == split]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
