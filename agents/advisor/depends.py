"""What an answer depends on and nobody has said: the plan, the region. Read from the handbook's own tables."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from agents.advisor.claims import denies, numbers
from agents.advisor.ranking import Scored
from agents.advisor.sentences import Line, Unit, units, without_cells
from agents.advisor.words import content_words
from core.types import Passage

ALIKE = 0.4
_KINDS = {
    "plan": r"plans?|tiers?|packages?|editions?|subscriptions?|tarife?|pakete?|offres?|formules?|forfaits?|plan(?:es)?|tarifas?",
    "region": r"(?:data |support )?(?:regions?|desks?|countr(?:y|ies)|locations?|cent(?:re|er)s?)|standorte?|länder|regionen?|régions?|pays"
    r"|países",
}
_HEADED = {kind: re.compile(rf"(?:{words})(?: and .*)?", re.IGNORECASE) for kind, words in _KINDS.items()}
_SPLIT = re.compile(r"\s*(?:,|;|/|–|\band\b|\bor\b|\bund\b|\boder\b|\bet\b|\bou\b|\by\b|\bo\b|&)\s*")
_ASIDE = re.compile(r"\s*\([^)]*\)")
_ASKS_FOR_IT = {
    "plan": re.compile(
        r"\b(?:which|what|each|every|all|per|any|by|welche[rsmn]?|quels?|quelles?|cuáles?|qué) (?:\w+ )?(?:plans?|tiers?|packages?|"
        r"editions?|tarife?|offres?|planes)\b|\bplans\b|\bcompare|\bdifference|\boverview\b|\brates\b|\bprices\b|\boptions\b|\blimits\b",
        re.IGNORECASE,
    ),
    "region": re.compile(
        r"\bwhere\b|\bcountr|\bregions?\b|\blocations?\b|\bwhich (?:desks?|data cent)|\ball \w+|\bwo\b|\boù\b|\bdónde\b", re.IGNORECASE
    ),
}
_EXISTS = re.compile(
    r"^\W*(?:do|does|did|is|are|has|have) (?!(?:i|we) (?:get|need|have|receive|pay)\b)"
    r"|^\W*(?:who|which|why|how (?:do|can|to|would|could|should))\b|\bdo you (?:offer|have|support|provide|sell|sign|accept|charge)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(rf"\b((?:[A-ZÀ-Þ]\w+(?:, (?:and |or )?| and | or ))+[A-ZÀ-Þ]\w+) (?:{_KINDS['plan']})\b")
_NO_CASE = frozenset(re.findall(r"\w+", "A An The Every Each All Any No Your Our This That Monthly Annual Yearly Paid Free Change Cancel"))
_REGIONS = {"emea": ("emea", "europe"), "amer": ("americas", "america"), "apac": ("asia-pacific", "asia")}


class Dimension(NamedTuple):
    """``kind`` of what differs and its ``values`` as the handbook writes them, in its order."""

    kind: str
    values: tuple[str, ...]

    def named(self, text: str) -> frozenset[str]:
        """Which of them a text names, as whole words; what stands for common words only with the capital letter of a name."""
        return frozenset(value for value in self.values if _named(value, text))


def dimensions(passages: Sequence[Passage], plans: Sequence[str] = ()) -> tuple[Dimension, ...]:
    """The dimensions of the passages: rows of their tables below a header like "Plan" or "Region", columns that are such values, and the
    company's ``plans``, upper and lower case alike."""
    lines = [line for passage in passages for unit in units(passage.text) for line in unit.lines if line.cells]
    columns = dict.fromkeys(tuple(name for name, _ in line.cells[1:]) for line in lines)
    found = []
    for kind, headed in _HEADED.items():
        rows = [part for line in lines if headed.fullmatch(line.cells[0][0]) for part in _labels(line)]
        known = dict.fromkeys((*rows, *(map(_capital, plans) if kind == "plan" else ()), *sorted(_in_text(kind, passages))))
        values = (*known, *(name for names in columns if len(known.keys() & set(names)) >= 2 for name in names))
        distinct = tuple(dict.fromkeys(value for value in values if value and not value[:1].islower()))
        if len(distinct) > 1:
            found.append(Dimension(kind, distinct))
    return tuple(found)


def _labels(line: Line) -> list[str]:
    """What a row is for: "Starter, Team" are two, "Dublin (eu)" is Dublin."""
    return [part for part in _SPLIT.split(_ASIDE.sub("", line.cells[0][1])) if part]


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _in_text(kind: str, passages: Sequence[Passage]) -> set[str]:
    """Names enumerated before the dimension's word ("on the Starter and Team plans")."""
    found = (_SPLIT.split(names) for passage in passages for names in _BEFORE.findall(passage.text)) if kind == "plan" else ()
    return {name for names in found for name in names if name and name not in _NO_CASE}


def settled(dimension: Dimension, texts: Sequence[str], known: Mapping[str, str]) -> frozenset[str]:
    """The values that hold for the sender: those the newest text that names any names, else those of what the records say."""
    for text in texts:
        if named := dimension.named(text):
            return named
    said = known.get("tier" if dimension.kind == "plan" else "region", "").lower()
    alike = _REGIONS.get(said, (said,))
    return frozenset(value for value in dimension.values if said and value.lower() in alike)


def asks_for(dimension: Dimension, question: str) -> bool:
    """Whether the dimension is what the question is about, or whether it asks if there is such a thing at all: then all cases answer it."""
    return bool(_ASKS_FOR_IT[dimension.kind].search(question) or _EXISTS.search(question))


def open_cases(dimension: Dimension, best: Scored, ranked: Sequence[Scored], floor: float) -> tuple[str, ...]:
    """The values between which the answer differs, in the handbook's order; none when it is the same for all.

    ``best`` is what would be said, ``ranked`` what else was found; what scores below ``floor`` does not count.
    """
    cases = _of_table(dimension, best.unit) if best.unit.rows else _of_sentences(dimension, best, ranked, floor)
    return tuple(value for value in dimension.values if value in cases)


def _of_table(dimension: Dimension, unit: Unit) -> list[str]:
    rows = [(values, line) for line in unit.lines if line.cells and (values := _row_values(dimension, line))]
    if len(rows) > 1:
        differ = len({tuple(value for _, value in line.cells[1:]) for _, line in rows}) > 1
        return [value for values, _ in rows for value in values] if differ else []
    columns = [(name, value) for line in unit.lines[:1] for name, value in line.cells[1:] if name in dimension.values]
    return [name for name, _ in columns] if len({value for _, value in columns}) > 1 else []


def of_cases(dimension: Dimension, unit: Unit) -> bool:
    """Whether the rows or the columns of a table are cases of it."""
    rows = [line for line in unit.lines if line.cells]
    return any(_row_values(dimension, row) or any(name in dimension.values for name, _ in row.cells) for row in rows)


def _row_values(dimension: Dimension, line: Line) -> list[str]:
    ours = [part for part in _labels(line) if part in dimension.values]
    return ours if _HEADED[dimension.kind].fullmatch(line.cells[0][0]) else []


def _of_sentences(dimension: Dimension, best: Scored, ranked: Iterable[Scored], floor: float) -> list[str]:
    own = dimension.named(best.unit.text)
    if not own:
        return []
    cases = list(own)
    for other in ranked:
        theirs = dimension.named(other.unit.text) - own
        if other.score >= floor and theirs and _parallel(dimension, best.unit.text, other.unit.text):
            cases += theirs
    return cases if len(set(cases)) > len(own) else []


def _parallel(dimension: Dimension, one: str, other: str) -> bool:
    """Whether two sentences say the same of different cases with another outcome."""
    values = {word for value in dimension.values for word in content_words(value)}
    mine, theirs = ({word for word in content_words(text) if not word.isdigit()} - values for text in (one, other))
    alike = len(mine & theirs) / (min(len(mine), len(theirs)) or 1)
    return alike >= ALIKE and (numbers(one) != numbers(other) or denies(one) != denies(other))


def narrowed(unit: Unit, dimension: Dimension, values: frozenset[str]) -> Unit:
    """The unit with those rows or columns alone that are for these values; whole where it has none for them."""
    rows = [line for line in unit.lines if line.cells and not values.isdisjoint(_row_values(dimension, line))]
    if rows:
        return unit._replace(lines=tuple(rows))
    columns = frozenset(name for line in unit.lines for name, _ in line.cells[1:] if name in dimension.values)
    if columns & values:
        dropped = columns - values
        return unit._replace(
            lines=tuple(line.only(frozenset(name for name, _ in line.cells) - dropped) if line.cells else line for line in unit.lines)
        )
    return unit


def elsewhere(unit: Unit, dimension: Dimension, values: frozenset[str]) -> bool:
    """Whether a sentence speaks of other cases only."""
    return not unit.rows and of_others(unit.text, dimension, values)


def of_others(text: str, dimension: Dimension, values: frozenset[str]) -> bool:
    """Whether a text names other cases and none of these."""
    own = dimension.named(text)
    return bool(own) and own.isdisjoint(values)


def fitting(passage: Passage, dimension: Dimension, values: frozenset[str]) -> Passage:
    """The passage without the sentences, rows and columns that are for other cases only; without text where its heading names such."""
    if of_others(passage.heading.rpartition(" > ")[2], dimension, values):
        return passage.model_copy(update={"text": ""})
    text = passage.text
    for unit in units(passage.text):
        for line in unit.lines:
            rows = _row_values(dimension, line) if line.cells else []
            if elsewhere(unit, dimension, values) or (rows and values.isdisjoint(rows)):
                text = _without(line.quote, text)
        if others := [at for at, (name, _) in enumerate(unit.lines[0].cells) if at and name in dimension.values and name not in values]:
            for row in (*unit.above.splitlines(), *(line.quote for line in unit.lines if line.cells)):
                text = text.replace(row, without_cells(row, others), 1)
    return passage.model_copy(update={"text": text}) if text != passage.text else passage


def _without(quote: str, text: str) -> str:
    """A line goes with its end, so that a list or a table stays one."""
    return text.replace(f"{quote}\n", "", 1) if f"{quote}\n" in text else text.replace(quote, "", 1)


@lru_cache(maxsize=500)
def _naming(value: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    word = re.escape(value)
    before = rf"(?<!\w){word}(?:[- ](?:{_KINDS['plan']}|customers?|workspaces?|accounts?|kunden)\b)"
    after = rf"\b(?:on|with|for|have|use|the|our|in|auf|im|sur|en) {word}\W*$"
    return re.compile(rf"(?<!\w){word}(?!\w)"), re.compile(rf"{before}|{after}|^\W*{word}\W*$", re.IGNORECASE)


@lru_cache(maxsize=20_000)
def _named(value: str, text: str) -> bool:
    """A value that is also a common word ("Business", "Team") is named by its capital letter, or before a word like "plan"."""
    written, spoken = _naming(value)
    return bool(written.search(text) or spoken.search(text))
