"""A company's own utterances and what people have taught beside them, as one content to learn from."""

from collections.abc import Sequence
from typing import NamedTuple

from core.company import Intents
from core.learning import Example, Skipped


class Merged(NamedTuple):
    """``intents`` with the taught texts among their utterances, ``taught``: such a text → the example's id."""

    intents: Intents
    taught: dict[str, str]
    skipped: tuple[Skipped, ...]

    @property
    def utterances(self) -> int:
        """Different texts of all intents, and of none."""
        return sum(len(set(each.utterances)) for each in self.intents.intents) + len(set(self.intents.out_of_scope))


def merge(own: Intents, examples: Sequence[Example]) -> Merged:
    """Each text once: what the company itself says of it counts, then the latest word. ``examples`` oldest first; whose intent is no more,
    or whose text has been said already, is skipped with the reason.
    """
    stated: dict[str, str | None] = {_key(text): intent.name for intent in own.intents for text in intent.utterances}
    stated.update((_key(text), None) for text in own.out_of_scope)
    names, added, skipped = own.groups, dict[str | None, list[str]](), list[Skipped]()
    seen: dict[str, str] = {}
    taught: dict[str, str] = {}
    for each in reversed(examples):
        if why := _problem(each, names, stated, seen):
            skipped.append(Skipped(id=each.id, why=why))
            continue
        seen[_key(each.text)], taught[each.text] = each.id, each.id
        added.setdefault(each.label, []).append(each.text)
    grown = tuple(
        intent.model_copy(update={"utterances": (*intent.utterances, *sorted(added[intent.name]))}) if intent.name in added else intent
        for intent in own.intents
    )
    outside = (*own.out_of_scope, *sorted(added.get(None, ())))
    merged = own.model_copy(update={"intents": grown, "out_of_scope": outside})
    return Merged(merged, taught, tuple(reversed(skipped)))


def _problem(example: Example, names: dict[str, str], stated: dict[str, str | None], seen: dict[str, str]) -> str:
    """Why it is not learned from; empty when it is."""
    key = _key(example.text)
    if example.label is not None and example.label not in names:
        return f"the company has no intent {example.label!r} any more"
    if key in stated:
        same = stated[key] == example.label
        return "intents.yaml has this text already" if same else f"intents.yaml says of this text: {stated[key] or 'none of these'}"
    return f"the same text as {seen[key]}, which is later" if key in seen else ""


def _key(text: str) -> str:
    return " ".join(text.split()).casefold()
