"""Trained models on disk, by content: arrays and JSON in one ``.npz``, nothing that could run code. What does not fit is trained again."""

import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agents.intent.evidence import Calibration, Past, Scope
from agents.intent.features import BUCKETS
from agents.intent.head import Weights
from agents.intent.kernel import Nearby
from agents.intent.model import IntentModel
from agents.intent.training import Progress, train, version
from core.company import Intents
from core.errors import Unavailable
from core.ports import Encoder

if TYPE_CHECKING:
    from collections.abc import Mapping

log = logging.getLogger("usher.intent")
FORMAT = 2


def load_or_train(intents: Intents, encoder: Encoder, cache: Path, progress: Progress | None = None) -> IntentModel:
    """The model of exactly these utterances, encoder and code; trained when ``cache`` has none or has one that cannot be used.

    Raises:
        Unavailable: the cache folder cannot be written.
    """
    path = cache / f"intents-{version(intents, encoder)}.npz"
    found = _read(path, encoder, version(intents, encoder))
    if found is None:
        found = train(intents, encoder, progress)
        save(found, path)
    return found


def save(model: IntentModel, path: Path) -> None:
    """Write the model at once or not at all."""
    import numpy as np

    about = {
        "format": FORMAT,
        "version": model.version,
        "encoder": model.encoder.version,
        "labels": model.labels,
        "texts": model.texts,
        "scope": {name: getattr(model.scope, name) for name in ("intercept", "threshold", "foreign")},
        "calibration": model.calibration._asdict(),
    }
    arrays = {**model.weights._asdict(), "idf": model.idf, "vectors": model.nearby.vectors, "duals": model.nearby.duals}
    arrays |= {"columns": model.columns, **model.past._asdict()}
    arrays |= {f"scope_{name}": getattr(model.scope, name) for name in ("mean", "scale", "weights")}
    staged = path.with_name(f".{path.name}.{os.getpid()}.npz")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with staged.open("wb") as file:
            np.savez(file, about=np.frombuffer(json.dumps(about).encode(), np.uint8), **arrays)
        staged.replace(path)
    except OSError as error:
        with suppress(OSError):
            staged.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise Unavailable(what=f"model folder {path.parent}", problem=f"cannot be written: {reason}") from None


def load(path: Path, encoder: Encoder) -> IntentModel:
    """A model that was saved.

    Raises:
        Unavailable: there is none, it is damaged, or it was trained with another encoder.
    """
    found = _read(path, encoder, None)
    if found is None:
        raise Unavailable(what=f"model {path}", problem="is missing, damaged, or of another encoder; train it again")
    return found


def _read(path: Path, encoder: Encoder, wanted: str | None) -> IntentModel | None:
    import zipfile

    import numpy as np

    try:
        with np.load(path, allow_pickle=False) as stored:
            return _model(stored, encoder, wanted)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError, EOFError, RuntimeError, NotImplementedError, zipfile.BadZipFile):
        log.warning("the stored intent model cannot be used")
        return None


def _model(stored: "Mapping[str, Any]", encoder: Encoder, wanted: str | None) -> IntentModel | None:
    about = json.loads(bytes(stored["about"]))
    if about["format"] != FORMAT or about["encoder"] != encoder.version or wanted not in (None, about["version"]):
        return None
    weights = Weights(stored["dense"], stored["sparse"], stored["bias"])
    nearby = Nearby(stored["vectors"], stored["duals"], len(about["texts"]))
    if not _fitting(about, weights, nearby, stored):
        return None
    return IntentModel(
        version=about["version"],
        labels=tuple(about["labels"]),
        weights=weights,
        idf=stored["idf"],
        nearby=nearby,
        texts=tuple(about["texts"]),
        columns=stored["columns"],
        scope=Scope(stored["scope_mean"], stored["scope_scale"], stored["scope_weights"], **about["scope"]),
        calibration=Calibration(**about["calibration"]),
        past=Past(stored["sure"], stored["right"]),
        encoder=encoder,
    )


def _fitting(about: "Mapping[str, Any]", weights: Weights, nearby: Nearby, stored: "Mapping[str, Any]") -> bool:
    """Whether the sizes of what was stored agree with each other and with this code."""
    classes, examples = len(weights.bias), len(nearby.vectors)
    return (
        stored["idf"].shape == (BUCKETS,)
        and weights.sparse.shape == (BUCKETS, classes)
        and nearby.duals.shape == (examples, classes)
        and stored["columns"].shape == (nearby.known,)
        and stored["sure"].shape == stored["right"].shape
        and nearby.known <= examples
        and len(about["labels"]) <= classes
    )
