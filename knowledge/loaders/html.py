"""HTML pages without what surrounds them: of websites, of Confluence's space exports, of converted documents."""

import codecs
import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from core.errors import InvalidFile
from knowledge.files import decoded
from knowledge.loaders import Read
from knowledge.loaders.community import markdown
from knowledge.pages import Said, reason

if TYPE_CHECKING:
    from lxml.html import HtmlElement  # type: ignore[import-untyped]

PREFIX = "usher:"
_CHARSET = re.compile(rb"""<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*["']?([\w.:-]+)""", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_AUDIENCE = re.compile("public|internal|restricted")
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_PLAIN = {"audience": _AUDIENCE, "effective": _DAY, "expires": _DAY}
_NEVER = frozenset(
    {"script", "style", "noscript", "template", "svg", "iframe", "object", "embed", "canvas", "audio", "video", "input", "select"}
    | {"textarea", "button", "nav", "footer", "dialog", "menu", "del", "s", "strike"}
)
_AROUND = ("header", "aside")
_ROLES = frozenset({"navigation", "contentinfo", "search", "menu", "menubar", "dialog", "alertdialog"})
_CLASSES = frozenset(
    {"breadcrumb", "breadcrumbs", "headerlink", "skip-link", "sidebar", "navbar", "toc", "toc-macro"}
    | {"cookie-banner", "cookie-consent", "site-header", "site-footer"}
)


def read_html(content: bytes, place: str) -> Read | None:
    """The main part of a page. None for the list of pages that comes with a Confluence export.

    Raises:
        InvalidFile: another encoding than it says, too deep a nesting, or ``usher:`` meta tags that do not validate.
    """
    from lxml import html  # type: ignore[import-untyped]

    text = _decoded(content, place).replace("\0", "")
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    if any("depth" in error.message for error in parser.error_log):
        raise InvalidFile(file=place, problem="is nested too deeply to be read whole")
    said, hint = _meta(root, place)
    if root.get_element_by_id("title-text", None) is not None:
        return _confluence(root, said, hint)
    title = _text(root.find(".//title"))
    main = _main(root)
    heading = next((each for each in main.iter("h1") if "title" in _classes(each)), None)
    trail = (_text(heading),) if heading is not None and _text(heading) else ()
    if heading is not None:
        heading.drop_tree()
    return Read(_markdown(main), said, hint, (trail or (title,))[0], trail)


def _confluence(root: "HtmlElement", said: Said, hint: Said) -> Read | None:
    """A page of a space export: its ancestors are in the breadcrumbs, and who changed it when is left out."""
    main = root.get_element_by_id("main-content", None)
    if main is None:
        return None
    crumbs = [_text(each) for each in root.xpath("//*[@id='breadcrumbs']/li")]
    title = _text(root.get_element_by_id("title-text"))
    if crumbs:
        title = title.removeprefix(f"{crumbs[0]} :").strip()
    return Read(_markdown(_cleaned(main)), said, hint, title, (*crumbs[1:], title))


def _main(root: "HtmlElement") -> "HtmlElement":
    body = root.find("body")
    body = root if body is None else body
    for path in (".//main|.//*[@role='main']", ".//article"):
        if len(found := body.xpath(path)) == 1:
            return _cleaned(found[0])
    return _cleaned(body)


def _cleaned(main: "HtmlElement") -> "HtmlElement":
    """Without what is no content of the page, and without tables that only arrange it."""
    for each in list(main.iter()):
        if each is not main and isinstance(each.tag, str) and each.getparent() is not None and _boilerplate(each):
            each.drop_tree()
    for table in list(main.iter("table")):
        if table.xpath(".//table|.//h1|.//h2|.//h3|.//h4") or not table.xpath(".//tr/*[2]"):
            _unwrap(table)
    return main


def _boilerplate(each: "HtmlElement") -> bool:
    return (
        each.tag in _NEVER
        or each.get("role") in _ROLES
        or ((each.tag in _AROUND or each.get("role") == "banner") and not any(up.tag in ("main", "article") for up in each.iterancestors()))
        or "hidden" in each.attrib
        or each.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(each.get("style", "")))
        or not _CLASSES.isdisjoint(_classes(each))
    )


def _unwrap(table: "HtmlElement") -> None:
    """Its cells become blocks of the page."""
    inner = [each for each in table.iter("td", "th", "tr", "tbody", "thead", "tfoot") if next(each.iterancestors("table")) is table]
    for each in inner:
        if each.tag in ("td", "th"):
            each.tag = "div"
        else:
            each.drop_tag()
    table.tag = "div"


def _markdown(main: "HtmlElement") -> str:
    from lxml import etree

    return markdown(etree.tostring(main, encoding="unicode", method="html", with_tail=False))


# ---------------------------------------------------------------- what a page says of itself


def _meta(root: "HtmlElement", place: str) -> tuple[Said, Said]:
    """What ``usher:`` tags say, and what others do, where it is one of the words expected."""
    ours: dict[str, tuple[str, int]] = {}
    plain: dict[str, tuple[str, int]] = {}
    for name, value, line in _tags(root):
        if name.startswith(PREFIX):
            ours[name.removeprefix(PREFIX)] = value, line
        elif name in _PLAIN and _PLAIN[name].fullmatch(value):
            plain[name] = value, line
    language = root.get("lang") or ""
    if re.fullmatch(r"[A-Za-z]{2,3}([-_]\w+)*", language):
        plain["language"] = language, 1
    return _said(ours, place), _said(plain, place)


def _tags(root: "HtmlElement") -> Iterator[tuple[str, str, int]]:
    for meta in root.iter("meta"):
        name = (meta.get("name") or meta.get("property") or "").strip().lower()
        yield name, (meta.get("content") or "").strip(), meta.sourceline or 0


def _said(named: Mapping[str, tuple[str, int]], place: str) -> Said:
    values: dict[str, Any] = {name: value for name, (value, _) in named.items()}
    if "regions" in values:
        values["regions"] = [region.strip() for region in values["regions"].split(",") if region.strip()]
    try:
        return Said.model_validate(values)
    except ValidationError as error:
        name = str(error.errors()[0]["loc"][0])
        raise InvalidFile(file=place, line=named[name][1] if name in named else None, problem=f"{PREFIX}{name}: {reason(error)}") from None


def _decoded(content: bytes, place: str) -> str:
    """By its byte-order mark, else as it says, else UTF-8."""
    declared = None if content.startswith((codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else _CHARSET.search(content[:2048])
    name = declared[1].decode("ascii", "replace").lower() if declared else "utf-8"
    if name in ("utf-8", "utf8", "utf-16", "unicode"):
        return decoded(content, place)
    try:
        return content.decode("cp1252" if name in ("iso-8859-1", "latin1", "us-ascii") else name)
    except (LookupError, UnicodeDecodeError):
        raise InvalidFile(file=place, problem=f"is not in the encoding that it states ({name})") from None


def _classes(each: "HtmlElement") -> list[str]:
    return str(each.get("class", "")).lower().split()


def _text(each: "HtmlElement | None") -> str:
    return "" if each is None else " ".join(str(each.text_content()).split())
