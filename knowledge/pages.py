"""A handbook page, whatever file it came from: what is said of it, and its text as Markdown."""

import re
from datetime import date
from typing import NamedTuple

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from core.errors import InvalidFile
from core.types import Audience
from core.value import Value
from core.yamltext import parse

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*$\n?(.*)\Z", re.DOTALL | re.MULTILINE)
_LANGUAGE = re.compile(r"([A-Za-z]{2,3})([-_][A-Za-z0-9]+)*")


class Common(Value):
    """What a folder file may say of all pages below it. What it does not say holds as said further out; an explicit null takes it back."""

    audience: Audience | None = None
    effective: date | None = None
    expires: date | None = None
    regions: tuple[str, ...] | None = None
    owner: str | None = None
    language: str | None = None

    @field_validator("expires")
    @classmethod
    def _after_effective(cls, value: date | None, info: ValidationInfo) -> date | None:
        effective = info.data.get("effective")
        if value and effective and value < effective:
            raise ValueError(f"before effective ({effective})")
        return value

    @field_validator("regions")
    @classmethod
    def _named(cls, value: tuple[str, ...] | None) -> tuple[str, ...] | None:
        """As they are compared: in lower case. None of them would mean everybody, which nobody means who writes ``regions``."""
        named = value and tuple(region.strip().lower() for region in value)
        if named is not None and not (named and all(named)):
            raise ValueError("names no region; leave it out where the page is for everybody")
        return named

    @field_validator("language")
    @classmethod
    def _code(cls, value: str | None) -> str | None:
        """The language without its country (ISO 639: ``de`` of ``de-AT``), as messages are told apart by it."""
        if value is None:
            return None
        if not (found := _LANGUAGE.fullmatch(value.strip())):
            raise ValueError(f"{value!r} is no language code, such as en or de")
        return found[1].lower()


class Said(Common):
    """What is said of one page: by its front matter or meta tags, by a folder file, or by the file's own properties."""

    title: str | None = Field(None, min_length=1)


class Facts(NamedTuple):
    """What holds of a page. It is in force from ``effective`` until the end of ``expires`` (UTC)."""

    title: str
    audience: Audience
    effective: date | None = None
    expires: date | None = None
    regions: tuple[str, ...] = ()
    owner: str | None = None
    language: str | None = None


class Page(NamedTuple):
    """``document`` is its path below the handbook, without ``.md``; ``trail`` are the headings that all of ``body`` stands under."""

    document: str
    facts: Facts
    body: str
    trail: tuple[str, ...] = ()


def settle(file: str, *said: Common, title: str) -> Facts:
    """What holds when later statements win over earlier ones. ``audience`` has no default: shown to everybody would be a guess.

    Raises:
        InvalidFile: nothing says who may see the page, or what was said does not go together.
    """
    merged = {name: getattr(each, name) for each in said for name in each.model_fields_set}
    if merged.get("audience") is None:
        raise InvalidFile(file=file, problem=f"says nowhere who may see it (audience: {', '.join(_AUDIENCES)}), nor does a _pages.yaml")
    try:
        Common(effective=merged.get("effective"), expires=merged.get("expires"))
    except ValidationError as error:
        raise InvalidFile(file=file, problem=f"expires: {reason(error)}") from None
    known = {name: value for name, value in merged.items() if value is not None}
    return Facts(**{"title": title, **known})


def reason(error: ValidationError) -> str:
    """What is wrong first, in words."""
    return error.errors()[0]["msg"].removeprefix("Value error, ")


def front_matter(text: str, file: str) -> tuple[Said, str]:
    """What the head of a text says of it, and the rest; a text without a head says nothing.

    Raises:
        InvalidFile: the head is not closed, is no YAML, or does not validate; with its line.
    """
    match = _FRONT.match(text)
    if match:
        return parse(Said, "\n" + match[1], file)[0], match[2]
    if text.startswith("---\n") and re.match(r"\w+:", text[4:]):
        raise InvalidFile(file=file, line=1, problem="front matter without its closing ---")
    return Said(), text


_AUDIENCES = ("public", "internal", "restricted")
