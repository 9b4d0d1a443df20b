"""Does a message ask for more than the rules give? Then the rule is for a person to bend, not for automation to recite."""

import re

_EXCEPTION = re.compile(
    r"\bexceptions?\b|\bexceptional(?:ly)?\b|\bgoodwill\b|\bas a (?:one-off|favou?r|gesture)\b|\bone-off\b|\bjust this once\b"
    r"|\bthis one time\b|\bbend (?:the|your) rules?\b|\bspecial (?:case|terms|conditions|treatment|price|deal|arrangement)\b"
    r"|\b(?:waive|overlook|overrule|override|bypass|disregard|get around|look past)\b|\bmake it (?:work|possible) for us\b"
    r"|\b(?:refund|cancel|accept|extend|pay|grant|allow|approve|give|have|get|do|return|back|credit|money|offer|reopen|restore|sign|keep|let)\b"
    r"[^.?!]{0,60}\b(?:anyway|regardless|nevertheless|nonetheless|after all|even though|even if|although|despite)\b"
    r"|\b(?:even though|although|despite|i know|we know|i am aware|we are aware|i understand|we understand)\b[^.?!]{0,90}"
    r"\b(?:refund\w*|policy|rules?|deadline|limit|period|allowed|covered|included|passed|over|late|non-refundable|terms)\b"
    r"|\b(?:even though|although)\b[^.?!]{0,60}(?:\bnot\b|n['’]t\b|\bno\b)"
    r"|\b(?:still|nonetheless)\b[^.?!]{0,40}\b(?:although|even though|despite|after the|beyond|past the|outside)\b"
    r"|\b(?:beyond|outside|contrary to|against) (?:the|your) (?:policy|rules?|limits?|terms|period|deadline)\b"
    r"|\b(?:larger|bigger|higher|better|deeper|extra|further|more) (?:discount|refund|rebate|price|deal)\b"
    r"|\bAusnahme|\bKulanz|\btrotzdem\b|\bdennoch\b|\bobwohl\b|\bausnahmsweise\b|\bà titre exceptionnel|\bgeste commercial"
    r"|\bquand même\b|\bbien que\b|\bmalgré\b|\bexcepción|\bde todos modos\b|\baunque\b|\ba pesar de\b",
    re.IGNORECASE,
)
_ABOUT_RULES = re.compile(
    r"\b(?:except|without exception|any exceptions? (?:to|for|in)|what (?:are|is) the exceptions?|which exceptions?|is there an exception"
    r"|are there exceptions?)\b",
    re.IGNORECASE,
)


def wants_exception(text: str) -> bool:
    """Whether the sender wants a rule not to hold for them, in English, German, French or Spanish; asking which exceptions exist is no such
    wish."""
    return bool(_EXCEPTION.search(_ABOUT_RULES.sub(" ", text)))
