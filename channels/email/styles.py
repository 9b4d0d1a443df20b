"""The little of CSS that decides whether text can be seen."""

import re

Style = dict[str, str]
Rules = dict[str, Style]

MAX_SHEET = 100_000
_RULE = re.compile(r"([^{}@;]{1,500})\{([^{}]{0,5000})\}")
_NOISE = re.compile(r"/\*.{0,20000}?\*/|<!--|-->|@(?:import|charset)[^;{}]{0,500};", re.DOTALL)
_SIMPLE = re.compile(r"[a-z][a-z0-9]*|(?:[a-z][a-z0-9]*)?([.#][\w-]+)")
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})(?![0-9a-f])")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*(\d{0,3}\.?\d{0,6})%?\s*)?\)")
_NAMED = {
    "white": "#ffffff",
    "snow": "#fffafa",
    "ivory": "#fffff0",
    "whitesmoke": "#f5f5f5",
    "ghostwhite": "#f8f8ff",
    "black": "#000000",
    "gray": "#808080",
    "silver": "#c0c0c0",
    "red": "#ff0000",
    "green": "#008000",
    "blue": "#0000ff",
    "navy": "#000080",
    "yellow": "#ffff00",
    "transparent": "transparent",
}
_SMALL = re.compile(r"0*\.?0+(?:[a-z%]+)?(?:[\s/].*)?|[01](?:\.\d+)?p[xt]|0?\.[0-2]\d*r?em|[0-9]%")
_NOTHING = re.compile(r"0*\.?0+(?:px|pt|em|rem|%)?")
_AWAY = re.compile(r"-\d{3,}(?:\.\d+)?(?:px|pt|em)?")


def inline(text: str) -> Style:
    """``a: b; c: d`` as a mapping, lower-case, without ``!important``."""
    pairs = (part.partition(":") for part in text[:5000].lower().split(";"))
    return {name.strip(): value.replace("!important", "").strip() for name, _, value in pairs if value.strip()}


def stylesheet(text: str) -> Rules:
    """Rules of a sheet with a simple selector (tag, ``.class``, ``#id``), outside ``@media``."""
    rules: Rules = {}
    for selectors, body in _RULE.findall(_without_media(_NOISE.sub(" ", text[:MAX_SHEET].lower()))):
        for selector in selectors.split(","):
            if found := _SIMPLE.fullmatch(selector.strip()):
                rules[found[1] or found[0]] = rules.get(found[1] or found[0], {}) | inline(body)
    return rules


def hides(style: Style) -> bool:
    """Whether the element and everything in it is out of sight, whatever the children say."""
    gone = style.get("display") == "none" or style.get("mso-hide") == "all" or bool(_NOTHING.fullmatch(style.get("opacity", "")))
    flat = any(_NOTHING.fullmatch(style.get(name, "")) for name in ("height", "width", "max-height", "max-width"))
    away = any(_AWAY.fullmatch(style.get(name, "")) for name in ("left", "top", "text-indent", "margin-left", "right"))
    return gone or away or (flat and style.get("overflow") == "hidden")


def small(size: str) -> bool:
    """Whether a ``font-size`` (or ``font``) is too small to be read."""
    return bool(_SMALL.fullmatch(size))


def colour(text: str) -> str:
    """``#rrggbb`` of the first colour in ``text``, ``transparent``, or empty when none is known."""
    if found := _HEX.search(text):
        return "#" + (found[1] if len(found[1]) == 6 else "".join(sign * 2 for sign in found[1]))
    if found := _RGB.search(text):
        unseen = found[4] is not None and not float(found[4].strip(".") or 0)
        return "transparent" if unseen else "#" + "".join(f"{min(255, int(part)):02x}" for part in found.groups()[:3])
    return next((code for word in text.split() if (code := _NAMED.get(word))), "")


def _without_media(text: str) -> str:
    """Cut every ``@…{ … }`` with its nested rules."""
    out, depth, at_depth = [], 0, 0
    for part in re.split(r"([{}]|@[a-z-]+)", text):
        if part.startswith("@") and not at_depth:
            at_depth = depth + 1
        depth += (part == "{") - (part == "}")
        if not at_depth:
            out.append(part)
        elif part == "}" and depth < at_depth:
            at_depth = 0
    return "".join(out)
