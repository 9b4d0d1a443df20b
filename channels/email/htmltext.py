"""HTML mail as the text that a reader sees: what a style hides is left out, quotes are marked with ``>``."""

import re
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

from channels.email.styles import Rules, Style, colour, hides, inline, small, stylesheet

MAX_SOURCE = 1_000_000
MAX_DEPTH = 200
_TAG = re.compile(r"<(script|style|head|title)\b.*?</\1\s*>|<!--.*?-->|<[^<>]{0,5000}>", re.IGNORECASE | re.DOTALL)
_QUOTE_CLASS = re.compile(r"gmail_quote|moz-cite|yahoo_quoted|protonmail_quote|cite", re.IGNORECASE)
_TOKEN = re.compile("\ue000(\\d+)\ue001")
_DROPPED = frozenset(
    {"script", "style", "head", "title", "template", "noscript", "object", "iframe", "select", "textarea", "button", "svg"}
)

Element: TypeAlias = Any


@dataclass(frozen=True)
class _Look:
    """What an element passes on to its text: whether it shows, and in which colours."""

    shown: bool = True
    sized: bool = True
    text: str = ""
    ground: str = "#ffffff"


def html_to_text(source: str) -> str:
    """Readable text of ``source``, cut at ``MAX_SOURCE`` characters. Never raises; markup that no parser takes is stripped bare."""
    from html_text import etree_to_text
    from html_text.html_text import parse_html
    from lxml.etree import LxmlError  # type: ignore[import-untyped]

    cut = source[:MAX_SOURCE].replace("\ue000", "").replace("\ue001", "")
    try:
        tree = parse_html(cut)
    except (LxmlError, ValueError, AssertionError):
        return _TAG.sub(" ", cut)
    _show_only_the_visible(tree)
    quotes = [_taken_out(element, number) for number, element in enumerate(_quotes(tree))]
    return _with_quotes(etree_to_text(tree), [etree_to_text(quote) for quote in quotes])


def _show_only_the_visible(tree: Element) -> None:
    rules = stylesheet(" ".join(element.text or "" for element in tree.iter("style")))
    todo: list[tuple[Element, _Look, int]] = [(tree, _Look(), 0)]
    while todo:
        element, look, depth = todo.pop()
        if depth > MAX_DEPTH or not isinstance(element.tag, str) or element.tag in _DROPPED or element.get("hidden") is not None:
            _drop(element)
            continue
        style = _style(element, rules)
        if hides(style):
            _drop(element)
            continue
        _keep_if_visible(element, mine := _seen(style, look))
        todo.extend((child, mine, depth + 1) for child in element)


def _keep_if_visible(element: Element, look: _Look) -> None:
    """Clear the element's own text, which includes its children's tails, when ``look`` hides it."""
    if not _visible(look):
        element.text = None
        for child in element:
            child.tail = None


def _style(element: Element, rules: Rules) -> Style:
    own = {"color": element.get("color", ""), "background-color": element.get("bgcolor", "")}
    names = (element.tag, *(f".{name}" for name in element.get("class", "").split()[:20]), f"#{element.get('id', '')}")
    style = {name: value for name, value in own.items() if value}
    for name in names:
        style |= rules.get(name, {})
    return style | inline(element.get("style", ""))


def _seen(style: Style, outer: _Look) -> _Look:
    look = outer
    if "visibility" in style:
        look = replace(look, shown=style["visibility"] not in ("hidden", "collapse"))
    if size := style.get("font-size") or style.get("font"):
        look = replace(look, sized=not small(size))
    if ground := style.get("background-color") or style.get("background"):
        look = replace(look, ground=_ground(ground, look.ground))
    if (text := style.get("color", "inherit")) != "inherit":
        look = replace(look, text=colour(text))
    return look


def _ground(value: str, outer: str) -> str:
    code = colour(value)
    if code == "transparent" or value in ("none", "inherit", "initial"):
        return outer
    return code or "image"


def _visible(look: _Look) -> bool:
    same = "#" in look.text and "#" in look.ground and _distance(look.text, look.ground) <= 24
    return look.shown and look.sized and look.text != "transparent" and not same


def _distance(one: str, other: str) -> int:
    return max(abs(int(one[at : at + 2], 16) - int(other[at : at + 2], 16)) for at in (1, 3, 5))


def _drop(element: Element) -> None:
    parent = element.getparent()
    if parent is None:
        element.clear()
        return
    before, tail = element.getprevious(), element.tail or ""
    if before is not None:
        before.tail = (before.tail or "") + " " + tail
    else:
        parent.text = (parent.text or "") + " " + tail
    element.tail = None
    parent.remove(element)


def _quotes(tree: Element) -> list[Element]:
    """The outermost quotes of earlier mail."""
    cited = [element for element in tree.iter("blockquote") if _cites(element)]
    return [element for element in cited if not any(above in cited for above in element.iterancestors("blockquote"))]


def _cites(element: Element) -> bool:
    around = (element, *element.iterancestors("div"))
    return element.get("type") == "cite" or any(_QUOTE_CLASS.search(at.get("class") or "") for at in around)


def _taken_out(element: Element, number: int) -> Element:
    """Replace ``element`` by a token on a line of its own and return it."""
    parent = element.getparent()
    token = element.makeelement("p", {})
    token.text, token.tail, element.tail = f"\ue000{number}\ue001", element.tail, None
    parent.replace(element, token)
    return element


def _with_quotes(text: str, quotes: list[str]) -> str:
    marked = ["\n".join(f"> {line}".rstrip() for line in quote.splitlines()) for quote in quotes]
    return _TOKEN.sub(lambda token: marked[int(token[1])], text)
