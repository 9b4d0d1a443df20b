"""Prompts are files: a typed header, a system part, a user part. Text from outside is fenced, and can never leave its fence."""

import html
import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from core.ports import RenderedPrompt

FOLDER = Path(__file__).parent
LOOK_ALIKES = "\u02c2\u1438\u16b2\u2039\u2329\u276c\u276e\u2770\u27e8\u29fc\u3008\u227a\ufe64\uff1c\U0001d236"
"""What reads as ``<``: Unicode's confusables of it, single angle brackets, and its wide and small forms."""
_OPENERS = str.maketrans(dict.fromkeys(LOOK_ALIKES, "<"))
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_KEPT = frozenset("\n\t")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})


class Header(BaseModel):
    """``variables``: name → ``text`` (the product's own words) or ``outside`` (fenced). ``output`` names a type of ``agents.outputs``."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str
    version: str
    output: str
    variables: dict[str, Literal["text", "outside"]]


class Prompt(BaseModel):
    header: Header
    system: str
    user: str


class PromptError(ValueError):
    """A prompt file or a rendering of it is wrong: a mistake of the program, not of a user."""


def render(name: str, **variables: str) -> RenderedPrompt:
    """Fill ``prompts/NAME.md``. What came from outside and is empty is left out, fence and line.

    Raises:
        PromptError: no such prompt, a variable that is missing, or one that it does not know.
    """
    prompt = load(name)
    wanted = set(prompt.header.variables)
    if missing := wanted - set(variables):
        raise PromptError(f"prompt {name}: missing variable {min(missing)}")
    if spare := set(variables) - wanted:
        raise PromptError(f"prompt {name}: unknown variable {min(spare)}")
    values = {key: fence(key, value) if prompt.header.variables[key] == "outside" else value for key, value in variables.items()}
    lines = (_VARIABLE.sub(lambda match: values[match[1]], line) for line in prompt.user.splitlines())
    system = _VARIABLE.sub(lambda match: values[match[1]], prompt.system)
    return RenderedPrompt(name=name, version=prompt.header.version, system=system, user="\n".join(filter(None, lines)))


def fence(tag: str, text: str) -> str:
    """``text`` between tags of its own, inside which nothing can begin a tag; nothing for nothing."""
    data = inert(text).strip()
    return f"<{tag}>\n{data}\n</{tag}>" if data else ""


def inert(text: str) -> str:
    """``text`` as data: signs that nobody sees are gone, and ``<``, what looks like it, and ``&`` are written as entities, once.

    So no tag can begin in it, neither a fence's nor a chat template's, and an entity that was in it stays the text that it is.
    """
    return html.escape(visible(text).translate(_OPENERS), quote=False).replace("&gt;", ">")


def visible(text: str) -> str:
    """Without control, format, private and unassigned characters (zero-width, bidirectional, tags), but with line ends and tabs."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text
    return "".join(sign for sign in text if sign in _KEPT or unicodedata.category(sign) not in _UNSEEN)


@cache
def load(name: str, folder: Path = FOLDER) -> Prompt:
    """Read and check a prompt file: YAML header, then ``# system`` and ``# user``; its variables are exactly those of the header."""
    path = folder / f"{name}.md"
    if not path.is_file():
        raise PromptError(f"no prompt {name!r}")
    _, head, body = path.read_text("utf-8").split("---\n", 2)
    header = Header.model_validate(yaml.safe_load(head))
    system, _, user = body.partition("# user\n")
    used = set(_VARIABLE.findall(body))
    if used != set(header.variables):
        raise PromptError(f"prompt {name}: header and text disagree on {', '.join(sorted(used ^ set(header.variables)))}")
    return Prompt(header=header, system=system.removeprefix("\n").removeprefix("# system\n").strip(), user=user.strip())
