"""Content words of a text, cut to their stems: the lexical side of answering and of checking answers."""

import re

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)?")
_ENDINGS = (
    ("ies", "y"),
    ("ations", "ate"),
    ("ation", "ate"),
    ("ments", "ment"),
    ("ings", ""),
    ("ing", ""),
    ("ed", ""),
    ("ly", ""),
    ("s", ""),
)
_EMPTY = frozenset(
    re.findall(
        r"\w+",
        """a an the and or but if then than that this these those is are was were be been being do does did done have has had having i me my
        mine we us our ours you your yours he she it its they them their what which who whom whose when where why how can could may might
        must shall should will would to of in on at by for from with about into over under after before between during as so such not no
        nor only own same too very just also there here any some all each every more most other another am pm please thanks thank hello hi
        dear get got give tell know want need like let make much many long one still yet ever again per don t s re ve ll d m""",
    )
)


_SPELLED = {
    "SSO": "single sign-on",
    "MFA": "multi-factor two-step sign-in",
    "2FA": "two-factor two-step sign-in",
    "PO": "purchase order",
    "DPA": "data processing agreement",
    "NDA": "non-disclosure agreement",
    "BAA": "business associate agreement",
    "SLA": "service level agreement",
    "VAT": "value added tax",
    "RFP": "request for proposal",
    "IdP": "identity provider",
}
_SHORT = re.compile(rf"\b(?:{'|'.join(_SPELLED)})\b(?! \()")


def spelled_out(text: str) -> str:
    """``text`` with the trade's abbreviations followed by what they stand for, so that ``SSO`` and "single sign-on" meet."""
    return _SHORT.sub(lambda found: f"{found[0]} ({_SPELLED[found[0]]})", text)


def content_words(text: str) -> list[str]:
    """Stems in order, without words that carry no content in English (other languages keep all of theirs)."""
    return [stem(word) for word in _WORD.findall(text.lower()) if word not in _EMPTY]


def stem(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3 and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    return word.removesuffix("e") if len(word) > 4 else word
