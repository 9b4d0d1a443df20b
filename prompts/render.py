"""Prompts are files: a typed header, a system part, a user part. Text from outside is fenced, and can never close its fence."""

import re
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

from core.ports import RenderedPrompt

FOLDER = Path(__file__).parent
_VARIABLE = re.compile(r"\{\{(\w+)\}\}")
_FENCE = re.compile(r"<(?=\s*/?\s*(?:text|passages|conversation|intents)\b)", re.IGNORECASE)


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
    """Fill ``prompts/NAME.md``.

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
    system, user = (_VARIABLE.sub(lambda match: values[match[1]], part) for part in (prompt.system, prompt.user))
    return RenderedPrompt(name=name, version=prompt.header.version, system=system, user=user)


def fence(tag: str, text: str) -> str:
    """``text`` between tags of its own; whatever looks like one of the tags inside it is escaped."""
    return f"<{tag}>\n{_FENCE.sub('&lt;', text).strip()}\n</{tag}>"


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
