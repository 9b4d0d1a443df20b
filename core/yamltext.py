"""YAML that people write, read with line numbers: one error names file, line and field."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from core.errors import InvalidFile

Loc = tuple[str | int, ...]
T = TypeVar("T", bound=BaseModel)
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # twenty times faster where PyYAML was built with libyaml


def parse(model: type[T], text: str, file: str) -> tuple[T, "Lines"]:
    """Validate ``text`` against ``model``; also return where each value stands, for later checks.

    Raises:
        InvalidFile: for YAML that does not parse and for the first field that does not validate.
    """
    lines = Lines(text, file)
    try:
        return model.model_validate(lines.data), lines
    except ValidationError as error:
        found = error.errors()
        first = next((each for each in found if each["type"] == "extra_forbidden"), found[0])  # a typo explains what is missing
        loc: Loc = first["loc"]
        raise InvalidFile(file=file, line=lines.of(loc), problem=_problem(model, loc, first["type"], first["msg"])) from None


def compose(text: str, file: str) -> yaml.Node | None:
    """The nodes of a YAML text, whose scalars are still as they were written; None for an empty one. Raises InvalidFile."""
    with _readable(file):
        node: yaml.Node | None = yaml.compose(text, Loader=_LOADER)
        return node


@contextmanager
def _readable(file: str) -> Iterator[None]:
    """Raises InvalidFile for what is no YAML."""
    try:
        yield
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else None
        raise InvalidFile(file=file, line=line, problem=f"not YAML: {error.problem}") from None
    except RecursionError:
        raise InvalidFile(file=file, problem="not YAML: nested too deep") from None
    except (yaml.YAMLError, ValueError) as error:
        raise InvalidFile(file=file, problem=f"not YAML: {str(error).splitlines()[0]}") from None


class Lines:
    """The data of a YAML text and the line on which each key or item begins."""

    def __init__(self, text: str, file: str) -> None:
        loader: Any = _LOADER("")
        with _readable(file):
            node = compose(text, file)
            self.data: Any = loader.construct_document(node) if node else {}
        self.file = file
        self._lines: dict[Loc, int] = {}
        if node:
            with _readable(file):  # a node may hold itself
                self._walk(node, ())

    def of(self, loc: Sequence[str | int]) -> int | None:
        """The line of ``loc``, or of its nearest parent that the text has."""
        at = tuple(loc)
        while at and at not in self._lines:
            at = at[:-1]
        return self._lines.get(at)

    def error(self, loc: Sequence[str | int], problem: str) -> InvalidFile:
        return InvalidFile(file=self.file, line=self.of(loc), problem=problem)

    def _walk(self, node: yaml.Node, at: Loc) -> None:
        self._lines.setdefault(at, node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                self._lines[(*at, key.value)] = key.start_mark.line + 1
                self._walk(value, (*at, key.value))
        elif isinstance(node, yaml.SequenceNode):
            for index, item in enumerate(node.value):
                self._walk(item, (*at, index))


def _problem(model: type[BaseModel], loc: Loc, kind: str, message: str) -> str:
    where = ".".join(str(part) for part in loc) or model.__name__
    return f"unknown field {where!r}" if kind == "extra_forbidden" else f"{where}: {message}"
