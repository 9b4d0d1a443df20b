"""Two models on the same texts, none of which the one that reads it has learned from."""

import hashlib
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from agents.intent.model import FAINTEST, IntentModel, Prediction
from agents.intent.remembered import Remembering
from agents.intent.training import FOLDS, MANY, train
from core.company import Intents
from core.learning import Comparison, Flip, Scored
from core.ports import Encoder

if TYPE_CHECKING:
    pass

ALWAYS = -1
"""The fold of a text that is never held out: without it its intent would have none."""
Progress = Callable[[str], None]


class Side(NamedTuple):
    """A model, what it learned from, and which of those texts are examples' (text → id)."""

    version: str
    intents: Intents
    model: IntentModel
    taught: Mapping[str, str]


def compare(old: Side, new: Side, encoder: Encoder, tell: Progress) -> Comparison:
    """Both on the texts of ``new``, with the labels that they have there.

    A text that a model learned from is read by a model of the same making that did not: what it learned from is split into ``FOLDS``
    parts, and each part is read by one trained, and calibrated, on the others (Stone 1974). A text that it did not learn from, a correction
    since then, it reads itself: with all of its own examples, where the other side has four fifths, which favours the old. Above ``MANY``
    texts one part is read, and half of what only one side learned from is in it.
    """
    truth, known = _labels(new.intents), _labels(old.intents)
    many = len(truth) > MANY
    folds = _folds(truth, known, changed=truth.keys() ^ known.keys() if many else ())
    read = range(1 if many else FOLDS)
    judged = [text for text in truth if folds[text] in read]
    remembered = Remembering(encoder, most=None)
    before, after = (_held_out(side, judged, folds, remembered, tell) for side in (old, new))
    right = [(_right(before[text], truth[text]), _right(after[text], truth[text])) for text in judged]
    worse, better = right.count((True, False)), right.count((False, True))
    return Comparison(
        n=len(judged),
        old=_scored(old.version, [(before[text], truth[text]) for text in judged]),
        new=_scored(new.version, [(after[text], truth[text]) for text in judged]),
        better=better,
        worse=worse,
        p_value=mcnemar(better, worse),
        unjudged=len(truth) - len(judged),
        flips=tuple(_flips(judged, truth, before, after, {**old.taught, **new.taught})),
    )


def mcnemar(better: int, worse: int) -> float:
    """Two-sided exact test of paired shares (McNemar 1947, by the binomial distribution): of the texts that only one model has right, each
    is as likely the one's as the other's. 1 where there are none.
    """
    n = better + worse
    tail = sum(math.comb(n, k) for k in range(min(better, worse) + 1))
    return min(1.0, float(2 * tail / 2**n))


def _labels(intents: Intents) -> dict[str, str | None]:
    """Text → its label, None where it has none; a text of several counts for the first."""
    found: dict[str, str | None] = {}
    for intent in intents.intents:
        for text in intent.utterances:
            found.setdefault(text, intent.name)
    for text in intents.out_of_scope:
        found.setdefault(text, None)
    return found


def _folds(*contents: Mapping[str, str | None], changed: Collection[str] = ()) -> dict[str, int]:
    """Text → fold, the same in every content, of those ``changed`` one of the first two; ``ALWAYS`` for the texts of an intent that would
    all be held out together."""
    texts = {text for content in contents for text in content}
    own = {text: hashlib.sha256(text.encode("utf-8", "replace")).digest()[0] % (2 if text in changed else FOLDS) for text in texts}
    for content in contents:
        of_label: dict[str | None, list[str]] = {}
        for text, label in content.items():
            of_label.setdefault(label, []).append(text)
        for label, own_texts in of_label.items():
            if label is not None and len({own[text] for text in own_texts if own[text] != ALWAYS}) < 2:
                own.update(dict.fromkeys(own_texts, ALWAYS))
    return own


def _held_out(side: Side, judged: Sequence[str], folds: Mapping[str, int], encoder: Encoder, tell: Progress) -> dict[str, Prediction]:
    """Text → the prediction of a model that did not learn from it."""
    learned = _labels(side.intents)
    groups: dict[int | None, list[str]] = {}
    for text in judged:
        groups.setdefault(folds[text] if text in learned else None, []).append(text)
    found: dict[str, Prediction] = {}
    for at, (fold, texts) in enumerate(groups.items(), 1):
        tell(f"{side.version}: reading part {at} of {len(groups)}, {len(texts):,} texts")
        model = side.model if fold is None else train(_without(side.intents, fold, folds), encoder, lambda _: None)
        found.update(zip(texts, model.predict_many(texts), strict=True))
    return found


def _without(intents: Intents, fold: int, folds: Mapping[str, int]) -> Intents:
    def kept(texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(text for text in texts if folds[text] != fold)

    left = tuple(intent.model_copy(update={"utterances": kept(intent.utterances)}) for intent in intents.intents)
    return intents.model_copy(update={"intents": left, "out_of_scope": kept(intents.out_of_scope)})


def _top(found: Prediction) -> str | None:
    return None if found.out_of_scope or not found.labels else found.labels[0].label


def _right(found: Prediction, truth: str | None) -> bool:
    return _top(found) == truth


def _scored(version: str, read: Sequence[tuple[Prediction, str | None]]) -> Scored:
    """A label that a prediction does not name has the confidence of the faintest that it would."""
    losses = [
        -math.log(max(FAINTEST, *(label.confidence for label in found.labels if label.label == truth), 0.0))
        for found, truth in read
        if truth is not None
    ]
    automatic = [_right(found, truth) for found, truth in read if not found.abstained and _top(found) is not None]
    return Scored(
        version=version,
        accuracy=sum(_right(found, truth) for found, truth in read) / max(1, len(read)),
        log_loss=sum(losses) / max(1, len(losses)),
        automatic=len(automatic) / max(1, len(read)),
        wrong=automatic.count(False) / len(automatic) if automatic else None,
    )


def _flips(
    judged: Sequence[str],
    truth: Mapping[str, str | None],
    before: Mapping[str, Prediction],
    after: Mapping[str, Prediction],
    taught: Mapping[str, str],
) -> list[Flip]:
    """What got worse first, then what got better, then what is wrong in another way."""
    flips = [
        Flip(text=text, truth=truth[text], old=_top(before[text]), new=_top(after[text]), example=taught.get(text))
        for text in judged
        if _top(before[text]) != _top(after[text])
    ]
    return sorted(flips, key=lambda flip: (flip.old != flip.truth, flip.new != flip.truth, flip.text))
