"""CEL expressions of rules: checked against the signal schema when the policy is loaded, asked at most once per decision.

The language is Google's Common Expression Language (https://cel.dev). Numbers are doubles, so they are written ``100.0``; signals that
nobody has stated read as 0, '' and false.
"""

import difflib
import re
from functools import lru_cache
from typing import Any, NamedTuple

from core.types import SignalValue
from policy.signals import SCHEMA, Facts, Kind

_ABSENT: dict[Kind, SignalValue] = {"number": 0.0, "text": "", "flag": False}
_IN_WORDS = {"double": "number", "int": "number", "uint": "number", "string": "text", "bool": "flag", "null": "nothing"}
_OPERATORS = {"!_": "!", "-_": "-", "_?_:_": "? :", "@in": "in", "_[_]": "[ ]"}


class Expression(NamedTuple):
    """A compiled expression. ``names`` are the signals that it refers to."""

    text: str
    program: Any
    names: frozenset[str]

    def holds(self, facts: Facts) -> bool:
        """Whether it is true of ``facts``. An error while it is evaluated denies."""
        try:
            values = {name: _argument(SCHEMA[name].kind, facts.get(name)) for name in self.names}
            return self.program.eval(data=values).value() is True
        except (RuntimeError, TypeError, ValueError, OverflowError):
            return False


@lru_cache(maxsize=4096)
def compiled(text: str) -> Expression:
    """The expression, its types checked. The same text gives the same program.

    Raises:
        ValueError: with what is wrong with it, in one line.
    """
    try:
        program = _environment(frozenset(SCHEMA)).compile(text)
    except RuntimeError as error:
        raise ValueError(_problem(text, str(error))) from None
    kind = str(program.return_type())
    if kind != "BOOL":
        raise ValueError(f"gives {_kind(kind)}, not true or false")
    return Expression(text, program, frozenset(name for name in _words(text) if _refers(text, name)))


def _argument(kind: Kind, value: SignalValue) -> SignalValue:
    """``value`` as the type that the schema promises; whatever is of another type was not stated."""
    match kind, value:
        case "flag", bool():
            return value
        case "number", int() | float() if not isinstance(value, bool):
            return float(value)
        case "text", str():
            return value
        case _:
            return _ABSENT[kind]


@lru_cache(maxsize=128)
def _environment(names: frozenset[str]) -> Any:
    from cel_expr_python import cel

    types = {"number": cel.Type.DOUBLE, "text": cel.Type.STRING, "flag": cel.Type.BOOL}
    return cel.NewEnv(variables={name: types[SCHEMA[name].kind] for name in sorted(names)})


def _words(text: str) -> list[str]:
    return [name for name in dict.fromkeys(re.findall(r"\w+", text)) if name in SCHEMA]


def _refers(text: str, name: str) -> bool:
    """Whether the signal itself is meant, not a word in quotes or a variable of that name: without it, the text does not compile."""
    try:
        _environment(frozenset(SCHEMA) - {name}).compile(text)
    except RuntimeError:
        return True
    return False


def _problem(text: str, message: str) -> str:
    """What the library says, in an operator's words."""
    first = message.splitlines()[0]
    if unknown := re.search(r"undeclared reference to '([^']*)'", first):
        return _unknown(text, unknown[1])
    if mismatch := re.search(r"no matching overload for '([^']*)' applied to '(?:[^'.(]*\.)?\(([^']*)\)'", first):
        return _mismatch(mismatch[1], mismatch[2].split(", "))
    return f"does not compile: {_syntax(text, first)}"


def _unknown(text: str, name: str) -> str:
    if re.search(rf"\b{re.escape(name)}\s*\(", text):
        return f"unknown function {name!r}"
    near = difflib.get_close_matches(name, [*SCHEMA, "true", "false"], n=1)
    return f"unknown signal {name!r}" + (f" (did you mean {near[0]}?)" if near else "") + "; texts stand in quotes"


def _mismatch(operator: str, types: list[str]) -> str:
    shown = _OPERATORS.get(operator, operator.strip("_"))
    if "double" in types and any(each in ("int", "list(int)") for each in types):
        return f"does not compile: numbers are written with a point (100.0), also after {shown!r}"
    return f"does not compile: {shown!r} does not go with {' and '.join(_kind(each) for each in types)}"


def _kind(name: str) -> str:
    word = _IN_WORDS.get(name.lower(), name.lower())
    return word if word == "nothing" else f"a {word}"


def _syntax(text: str, first: str) -> str:
    place = re.search(r"<input>:(\d+):(\d+): (?:Syntax error: )?(.*)", first)
    column = int(place[2]) if place else 1
    line = text.splitlines()[int(place[1]) - 1] if place and text.strip() else ""
    rest = line[column - 1 :].strip()
    where = f"not understood from {rest[:20]!r} on" if rest else "it ends too early"
    return where + _hint(text)


def _hint(text: str) -> str:
    if re.search(r"\b(and|or|not)\b", text, re.IGNORECASE):
        return "; write && for and, || for or, ! for not"
    if re.search(r"(?<![=!<>])=(?!=)", text):
        return "; write == to compare"
    return ""
