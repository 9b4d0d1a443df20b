"""Labelled texts of one's own (CSV, YAML, JSON Lines) as intents; an error names the row. Labels are data: any strings, any language."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from core.company import LONGEST_NAME, IntentDef, Intents
from core.errors import InvalidFile
from core.yamltext import compose, parse

OUTSIDE = frozenset({"out_of_scope", "oos"})
MOST = 1_000
"""A thousand intents can be learned; more is a file whose columns are swapped."""
_DELIMITERS = ",;\t"


class Row(NamedTuple):
    """A labelled text; ``intent`` is None where it belongs to none (labelled ``out_of_scope`` or ``oos``). ``line`` is where it begins."""

    text: str
    intent: str | None
    line: int | None = None


def load_intents(path: Path) -> Intents:
    """Intents of a file. Raises InvalidFile, naming the first row that cannot be used."""
    return read_intents(read_text(path), str(path))


def load_rows(path: Path) -> list[Row]:
    """The rows of a file, in its order. Raises InvalidFile, naming the first row that cannot be used."""
    return read_rows(read_text(path), str(path))


def read_text(path: Path) -> str:
    """Raises InvalidFile for what cannot be read as UTF-8."""
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise InvalidFile(file=str(path), problem=(error.strerror or str(error)).lower()) from None
    except UnicodeDecodeError as error:
        raise InvalidFile(file=str(path), line=error.object.count(b"\n", 0, error.start) + 1, problem="is not UTF-8") from None


def read_intents(text: str, file: str) -> Intents:
    """``text`` of ``file``, whose ending says what it is, as intents in the order in which the file first names them.

    Raises:
        InvalidFile: naming the first row that cannot be used, or for fewer than two or more than ``MOST`` intents.
    """
    if _yaml(file) and _is_company(compose(text, file)):
        return parse(Intents, text, file)[0]
    return _grouped(read_rows(text, file), file)


def read_rows(text: str, file: str) -> list[Row]:
    """Every labelled text of ``text``, whose file's ending says what it is.

    CSV (comma, semicolon or tab; the first row names the columns text and intent), JSON Lines (objects with text and intent), YAML: a list
    of such objects, a mapping of label → texts, or a company's ``intents.yaml``.

    Raises:
        InvalidFile: naming the first row that cannot be used, or when there is none.
    """
    readers: dict[str, Callable[[str, str], Iterator[Row]]] = {"csv": _csv, "tsv": _csv, "jsonl": _jsonl, "ndjson": _jsonl}
    ending = file.rpartition(".")[2].lower()
    reader = _yaml_rows if _yaml(file) else readers.get(ending)
    if reader is None:
        raise InvalidFile(file=file, problem="is no .csv, .yaml or .jsonl file")
    rows = list(reader(text.removeprefix("\ufeff"), file))
    if not rows:
        raise InvalidFile(file=file, problem="has no labelled texts")
    return rows


def doubts(intents: Intents) -> list[str]:
    """What a person should know before they learn from this, a sentence each: the same text under several labels."""
    labels: dict[str, list[str]] = {}
    groups = [*((intent.name, intent.utterances) for intent in intents.intents), ("out_of_scope", intents.out_of_scope)]
    for name, texts in groups:
        for text in dict.fromkeys(texts):
            labels.setdefault(text, []).append(name)
    several = [(text, names) for text, names in labels.items() if len(names) > 1]
    if not several:
        return []
    text, names = several[0]
    count = "one text has" if len(several) == 1 else f"{len(several):,} texts have"
    return [f"{count} several labels and counts for each: {_shown(text)} is {' and '.join(_shown(name) for name in names)}"]


# ---------------------------------------------------------------- one reader a format


def _csv(text: str, file: str) -> Iterator[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    begun = 1
    try:
        head = [name.strip().casefold() for name in next(reader, [])]
        at_text, at_intent = _column(head, "text", file), _column(head, "intent", file)
        begun = reader.line_num + 1
        for cells in reader:
            if len(cells) > len(head):
                problem = f"has {len(cells)} cells where the first row names {len(head)}; quote a text that holds the separator"
                raise InvalidFile(file=file, line=begun, problem=problem)
            if any(cell.strip() for cell in cells):
                found = [*cells, *[None] * (len(head) - len(cells))]
                yield _row(found[at_text], found[at_intent], file, begun)
            begun = reader.line_num + 1
    except csv.Error as error:
        raise InvalidFile(file=file, line=begun, problem=f"no CSV: {error}") from None


def _delimiter(text: str) -> str:
    """The first row tells: it is the only one that is known to hold no text."""
    names = [text.partition("\n")[0].casefold().split(sign) for sign in _DELIMITERS]
    fits = [{"text", "intent"} <= {name.strip(' "\r') for name in each} for each in names]
    return _DELIMITERS[fits.index(True)] if any(fits) else ","


def _column(head: list[str], name: str, file: str) -> int:
    if head.count(name) == 1:
        return head.index(name)
    named = ", ".join(_shown(each) for each in head) or "nothing"
    problem = f"the first row must name the columns text and intent, each once; it names {named}"
    raise InvalidFile(file=file, line=1, problem=problem)


def _jsonl(text: str, file: str) -> Iterator[Row]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", "nested too deep" if isinstance(error, RecursionError) else "a number is too long")
            raise InvalidFile(file=file, line=number, problem=f"no JSON: {reason}") from None
        if not isinstance(row, dict):
            raise InvalidFile(file=file, line=number, problem="is no object with text and intent")
        yield _row(row.get("text"), row.get("intent"), file, number)


def _yaml_rows(text: str, file: str) -> Iterator[Row]:
    import yaml

    node = compose(text, file)
    if _is_company(node):
        yield from _company_rows(parse(Intents, text, file)[0])
    elif isinstance(node, yaml.MappingNode):
        yield from _by_label(node, file)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            fields = {_scalar(key): _scalar(value) for key, value in item.value} if isinstance(item, yaml.MappingNode) else {}
            yield _row(fields.get("text"), fields.get("intent"), file, item.start_mark.line + 1)
    elif node is not None:
        raise InvalidFile(file=file, line=1, problem="is neither a list of texts with intents nor a mapping of intents to texts")


def _by_label(node: Any, file: str) -> Iterator[Row]:
    """Label → text or texts. Scalars are taken as they are written: ``no``, ``1`` and ``null`` are labels like any other."""
    import yaml

    for key, value in node.value:
        for item in value.value if isinstance(value, yaml.SequenceNode) else [value]:
            yield _row(_scalar(item), _scalar(key), file, item.start_mark.line + 1)


def _scalar(node: Any) -> object:
    import yaml

    return node.value if isinstance(node, yaml.ScalarNode) else None


def _company_rows(intents: Intents) -> Iterator[Row]:
    for intent in intents.intents:
        yield from (Row(text, intent.name) for text in intent.utterances)
    yield from (Row(text, None) for text in intents.out_of_scope)


def _yaml(file: str) -> bool:
    return file.lower().endswith((".yaml", ".yml"))


def _is_company(node: Any) -> bool:
    """A company's ``intents.yaml`` lists its intents; a mapping of labels may have the label ``intents``, whose texts are strings."""
    import yaml

    listed = [value for key, value in node.value if key.value == "intents"] if isinstance(node, yaml.MappingNode) else []
    return any(isinstance(each, yaml.MappingNode) for value in listed if isinstance(value, yaml.SequenceNode) for each in value.value)


# ---------------------------------------------------------------- one row, all rows


def _row(text: object, intent: object, file: str, line: int) -> Row:
    if not isinstance(text, str) or not text.strip():
        raise InvalidFile(file=file, line=line, problem="has no text")
    if not isinstance(intent, str | None):
        raise InvalidFile(file=file, line=line, problem=f"has an intent that is no string: {_shown(str(intent))}")
    if not intent or not intent.strip():
        raise InvalidFile(file=file, line=line, problem="has no intent; a text that belongs to none is labelled out_of_scope")
    label = _readable(intent)
    if len(label) > LONGEST_NAME:
        raise InvalidFile(file=file, line=line, problem=f"has an intent of {len(label):,} characters; {LONGEST_NAME} is the most")
    return Row(_readable(text), None if label.casefold() in OUTSIDE else label, line)


def _readable(text: str) -> str:
    """Half a character pair, which JSON can hold, is no text that could be stored."""
    return text.strip().encode("utf-8", "replace").decode("utf-8")


def _grouped(rows: Iterable[Row], file: str) -> Intents:
    groups: dict[str, list[str]] = {}
    outside: list[str] = []
    for row in rows:
        texts = outside if row.intent is None else groups.setdefault(row.intent, [])
        texts.append(row.text)
        if len(groups) > MOST:
            raise InvalidFile(file=file, line=row.line, problem=f"names the intent number {MOST + 1:,}; {MOST:,} is the most")
    if len(groups) < 2:
        only = f"has only the intent {_shown(next(iter(groups)))}" if groups else "has no intent"
        raise InvalidFile(file=file, problem=f"{only}; there must be two at least")
    defined = tuple(IntentDef(name=name, utterances=tuple(texts)) for name, texts in groups.items())
    return Intents(intents=defined, out_of_scope=tuple(outside))


def _shown(text: str) -> str:
    """On one line, short, in quotes."""
    flat = re.sub(r"\s+", " ", text)
    return f"“{flat if len(flat) <= 60 else flat[:59] + '…'}”"
