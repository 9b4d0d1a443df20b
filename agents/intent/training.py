"""Learns an intent model from a company's utterances: cross-validation gives the regularization and every threshold, then one last fit."""

import hashlib
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from agents.intent.calibration import HeldOut, calibrate, log_loss
from agents.intent.evidence import Units, pool
from agents.intent.features import idf, matrix
from agents.intent.head import Weights, fit
from agents.intent.kernel import MOST, WEIGHT, Nearby, share
from agents.intent.kernel import fit as fit_nearby
from agents.intent.model import IntentModel
from agents.intent.reading import read
from core.company import IntentDef, Intents
from core.ports import Encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

CODE = "5"
FOLDS, FEW_FOLDS, FEW = 5, 10, 1_500
"""How many parts are held out in turn: more of them where there are few texts, as models of much fewer examples would be less sure."""
MANY = 2_000
"""Above this many texts one fold is enough to judge by, and the middle strength is taken: training stays a matter of seconds."""
STRENGTHS = (3.0, 10.0, 30.0)
OUTSIDE_CLASS = 20
LANES = 2
Progress = Callable[[str], None]
log = logging.getLogger("usher.intent")


class Examples(NamedTuple):
    """Texts to learn from. ``labels`` are columns; out-of-scope texts have the one after the last. A text with fold -1 (an intent's
    name and definition) is always learned from and never judged."""

    texts: tuple[str, ...]
    labels: "NDArray[np.int64]"
    folds: "NDArray[np.int64]"


class Corpus(NamedTuple):
    """Features of every unit: all bodies, and the sentences of texts that will be judged.

    ``whole`` is each example's first unit; ``ends`` where its units end.
    """

    examples: Examples
    idf: "NDArray[np.float32]"
    vectors: "NDArray[np.float32]"
    lexical: Any
    whole: "NDArray[np.int64]"
    ends: "NDArray[np.int64]"


def version(intents: Intents, encoder: Encoder) -> str:
    """Names what a model was made of: the utterances, the encoder, this code."""
    content = "\0".join((CODE, encoder.version, intents.model_dump_json()))
    return hashlib.sha256(content.encode()).hexdigest()[:20]


def train(intents: Intents, encoder: Encoder, progress: Progress | None = None) -> IntentModel:
    """Learn a model; the same content and encoder give the same model. ``progress`` hears of each stage in a few words.

    Numeric libraries are held to one thread each while two folds run side by side.
    """
    from threadpoolctl import threadpool_limits

    tell = progress or log.info
    names = tuple(intent.name for intent in intents.intents)
    examples = _examples(intents)
    tell(f"encoding {len(examples.texts):,} utterances")
    corpus = _corpus(examples, encoder)
    with threadpool_limits(LANES if len(examples.texts) > MANY else 1, "blas"):
        strength, held_out = _cross_validate(corpus, len(names), tell)
        tell("learning from all utterances")
        learned = examples.labels < _classes(corpus, len(names))
        weights = _fit(corpus, learned, len(names), (strength,))[0]
        nearby, known = _nearby(corpus, learned, len(names))
    scope, calibration, past = calibrate(held_out, len(names))
    return IntentModel(
        version=version(intents, encoder),
        labels=names,
        weights=weights,
        idf=corpus.idf,
        nearby=nearby,
        texts=tuple(examples.texts[at] for at in known),
        columns=examples.labels[known],
        scope=scope,
        calibration=calibration,
        past=past,
        encoder=encoder,
    )


def _examples(intents: Intents) -> Examples:
    import numpy as np

    texts: list[str] = []
    labels: list[int] = []
    folds: list[int] = []
    groups = [*(intent.utterances for intent in intents.intents), intents.out_of_scope]
    parts = FEW_FOLDS if sum(map(len, groups)) <= FEW else FOLDS
    for column, group in enumerate(groups):
        shuffled = sorted(dict.fromkeys(group), key=lambda text: hashlib.sha256(text.encode("utf-8", "replace")).digest())
        texts += shuffled
        labels += [column] * len(shuffled)
        folds += [(column + at) % parts for at in range(len(shuffled))]
    for column, intent in enumerate(intents.intents):
        hints = _hints(intent)
        texts += hints
        labels += [column] * len(hints)
        folds += [-1] * len(hints)
    return Examples(tuple(texts), np.array(labels, np.int64), np.array(folds, np.int64))


def _hints(intent: IntentDef) -> list[str]:
    """The intent's name in words, and what its definition says it is (not what it says it is not)."""
    name = " ".join(re.findall(r"[A-Z]?[^\W\d_A-Z]+|[A-Z]+", intent.name)).lower()
    definition = re.split(r"\bNOT\b", intent.definition)[0].strip()
    return [hint for hint in (name, definition) if len(hint) > 2]


def _corpus(examples: Examples, encoder: Encoder) -> Corpus:
    import numpy as np

    judged = range(1 if len(examples.texts) > MANY else FEW_FOLDS)
    read_units = (read(text).units for text in examples.texts)
    own = [units if fold in judged else units[:1] for units, fold in zip(read_units, examples.folds, strict=True)]
    units = [unit for each in own for unit in each]
    ends = np.cumsum([len(each) for each in own])
    weights = idf(each[0] for each in own)
    whole = np.array([0, *ends[:-1]], np.int64)
    return Corpus(examples, weights, encoder.encode(units), matrix(units, weights), whole, ends)


def _classes(corpus: Corpus, labels: int) -> int:
    """Labels, and one class more when there are enough out-of-scope texts to learn it."""
    return labels + int((corpus.examples.labels == labels).sum() >= OUTSIDE_CLASS)


def _fit(corpus: Corpus, chosen: "NDArray[np.bool_]", labels: int, strengths: tuple[float, ...]) -> list[Weights]:
    rows = corpus.whole[chosen]
    classes = _classes(corpus, labels)
    return fit(corpus.vectors[rows], corpus.lexical[rows], corpus.examples.labels[chosen], classes, strengths)


def _cross_validate(corpus: Corpus, labels: int, tell: Progress) -> tuple[float, HeldOut]:
    """The inverse strength that does best on the first fold, and predictions for texts that were not learned from: all of them, or where
    there are many, the first fold."""
    many = len(corpus.whole) > MANY
    strengths = STRENGTHS[1:2] if many else STRENGTHS
    tell("calibrating on a fifth of them" if many else f"choosing among {len(STRENGTHS)} regularizations")
    tried = _held_out(corpus, 0, labels, strengths)
    losses = [log_loss(held) for held in tried]
    best = losses.index(min(losses))
    others: list[HeldOut] = []
    if not many:
        folds = range(1, int(corpus.examples.folds.max()) + 1)
        tell(f"cross-validating, {len(folds) + 1} folds")
        with ThreadPoolExecutor(LANES, "intent-fold") as lanes:
            jobs = [lanes.submit(_held_out, corpus, fold, labels, (strengths[best],)) for fold in folds]
            others = [job.result()[0] for job in jobs]
    return strengths[best], HeldOut.joined([tried[best], *others])


def _held_out(corpus: Corpus, fold: int, labels: int, strengths: tuple[float, ...]) -> list[HeldOut]:
    """For each strength, the evidence for one fold's texts from a head and examples that never saw them."""
    import numpy as np

    examples = corpus.examples
    held = np.flatnonzero(examples.folds == fold)
    learned = (examples.folds != fold) & (examples.labels < _classes(corpus, labels))
    nearby, _ = _nearby(corpus, learned, labels)
    units = [np.arange(corpus.whole[at], corpus.ends[at]) for at in held]
    rows = np.concatenate(units) if units else np.empty(0, np.int64)
    edges = np.cumsum([0, *(len(unit) for unit in units)])
    cosines = nearby.cosines(corpus.vectors[rows])
    votes = nearby.votes(corpus.vectors[rows], cosines)
    found = []
    for weights in _fit(corpus, learned, labels, strengths):
        logits = weights.logits(corpus.vectors[rows], corpus.lexical[rows]) + WEIGHT * votes
        own = Units(logits, nearby.nearest(cosines), votes[:, :labels].max(1, initial=0.0))
        evidence = [pool(own.at(slice(a, b)), labels) for a, b in pairwise(edges)]
        found.append(HeldOut.of(evidence, examples.labels[held], labels))
    return found


def _nearby(corpus: Corpus, chosen: "NDArray[np.bool_]", labels: int) -> tuple[Nearby, "NDArray[np.int64]"]:
    """Chosen examples to compare texts with, of each intent the same share, and which of them are utterances: those come first."""
    import numpy as np

    examples = corpus.examples
    own = chosen & (examples.labels < labels) & (examples.folds >= 0)
    known, others = np.flatnonzero(own), np.flatnonzero(chosen & ~own)
    known = known[share(examples.labels[known], MOST)]
    rows = np.concatenate([known, others[share(examples.labels[others], MOST)]])
    return fit_nearby(corpus.vectors[corpus.whole[rows]], examples.labels[rows], _classes(corpus, labels), len(known)), known
