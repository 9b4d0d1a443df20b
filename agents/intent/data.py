"""Labelled texts of one's own (CSV, YAML, JSON Lines) as intents; an error names the row. Labels are data: any strings, any language."""

import csv
import io
import json
from collections.abc import Iterator

from pydantic import ValidationError

from core.company import IntentDef, Intents
from core.errors import InvalidFile
from core.yamltext import parse

OUTSIDE = frozenset({"out_of_scope", "oos", ""})


def read_intents(text: str, file: str) -> Intents:
    """``text`` of ``file``, whose ending says what it is. Rows labelled ``out_of_scope`` or ``oos`` belong to no intent.

    Raises:
        InvalidFile: naming the first row that cannot be used.
    """
    ending = file.rpartition(".")[2].lower()
    match ending:
        case "yaml" | "yml":
            return parse(Intents, text, file)[0]
        case "csv":
            return _grouped(_csv(text, file), file)
        case "jsonl" | "ndjson":
            return _grouped(_jsonl(text, file), file)
        case _:
            raise InvalidFile(file=file, problem="is no .csv, .yaml or .jsonl file")


def _csv(text: str, file: str) -> Iterator[tuple[str, str]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        if not {"text", "intent"} <= set(reader.fieldnames or ()):
            raise InvalidFile(file=file, line=1, problem="the first row must name the columns text and intent")
        for row in reader:
            yield _row(row.get("text"), row.get("intent"), file, reader.line_num)
    except csv.Error as error:
        raise InvalidFile(file=file, line=reader.line_num, problem=f"no CSV: {error}") from None


def _jsonl(text: str, file: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise InvalidFile(file=file, line=number, problem=f"no JSON: {error.msg}") from None
        if not isinstance(row, dict):
            raise InvalidFile(file=file, line=number, problem="is no object with text and intent")
        yield _row(row.get("text"), row.get("intent"), file, number)


def _row(text: object, intent: object, file: str, line: int) -> tuple[str, str]:
    if not isinstance(text, str) or not text.strip():
        raise InvalidFile(file=file, line=line, problem="has no text")
    if not isinstance(intent, str):
        raise InvalidFile(file=file, line=line, problem="has no intent")
    return text.strip(), intent.strip()


def _grouped(rows: Iterator[tuple[str, str]], file: str) -> Intents:
    groups: dict[str, list[str]] = {}
    for text, intent in rows:
        groups.setdefault(intent, []).append(text)
    outside = [text for label in OUTSIDE for text in groups.pop(label, [])]
    try:
        defined = tuple(IntentDef(name=name, utterances=tuple(texts)) for name, texts in groups.items())
        return Intents(intents=defined, out_of_scope=tuple(outside))
    except ValidationError as error:
        raise InvalidFile(file=file, problem=f"needs at least two intents with texts: {error.errors()[0]['msg']}") from None
