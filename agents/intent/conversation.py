"""What a few words mean after what was said before: a choice among offered options, an answer to a question, a follow-up.

Only what was said last counts, and only short messages lean on it; whoever brings up something else is read by their own words.
"""

import re
from collections.abc import Iterator, Sequence

from core.types import Past

FEW_WORDS, CHOICE_WORDS = 8, 12
FOLLOW_UP = re.compile(
    r"\W*(?:(?:yes|yep|yeah|yup|no|nope|ok|okay|sure|right|correct|exactly|please do|go ahead|do (?:it|that)|sounds good|still|same|and|so"
    r"|both|neither|either|all of (?:them|it)|none of (?:them|these)"
    r"|(?:the|that|this|option|number|nr) ?(?:\w+ )?(?:one|option|\d|last|first|second|third|other)"
    r"|i (?:mean|meant)|ja|nein|doch|genau|immer noch|oui|non|toujours|sí|si|todavía|nothing|nichts|rien|nada|hello"
    r"|any (?:luck|word|update|news)|it['’]?s the same|(?:it )?(?:still )?does ?n[o'’]?t (?:work|help)|(?:didn['’]?t|did not) (?:work"
    r"|help))\b|\d+\W*$|[?!.…]+$)",
    re.IGNORECASE,
)
_OPENS = re.compile(
    r"\W*(?:(?:how|what|when|where|why|who|which|can|could|would|will|do|does|is|are|wie|was|wann|wo|warum|comment|quand|où|pourquoi"
    r"|combien|cómo|cuándo|dónde"
    r"|qué|i (?:want|need|would)|i['’]?d|please|cancel|send|give|change|help|tell|show|explain|let|book|add|remove|open|make|play|set"
    r"|forget|stop|show|talk)\b|.*\?\W*$)",
    re.IGNORECASE | re.DOTALL,
)
_FIGURES = re.compile(
    r"(?:\W|\b(?:it['’]?s|it is|its|this is|the|my|our|for|number|no|nr|order|invoice|ticket|case|reference|ref|id|account|about"
    r"|around|on|at|by|from|to|until"
    r"|people|persons?|users?|seats?|licen[cs]es?|employees|years?|months?|weeks?|days?|hours?|eur|euros?|usd|dollars?|gbp|pounds?|chf"
    r"|k|am|pm|uhr|yes|sure"
    r"|für|personen|nutzer|plätze|am|um|pour|personnes|utilisateurs|para|personas|usuarios|next|this|monday|tuesday|wednesday|thursday"
    r"|friday|saturday|sunday"
    r"|today|tomorrow|january|february|march|april|may|june|july|august|september|october|november|december|morning|afternoon|evening)\b"
    r"|[A-Za-z]{0,5}[-#/]?\d[\w./:,#-]*|[\w.+-]{1,64}@[\w.-]{1,120})+",
    re.IGNORECASE,
)
_PLACES = (
    (r"first|1st|erste[nrs]?|premi[eè]re?|primer[oa]?|former", r"1|one|a|eins|un|uno", 0),
    (r"second|2nd|zweite[nrs]?|deuxi[eè]me|seconde?|segund[oa]", r"2|two|b|zwei|deux|dos", 1),
    (r"third|3rd|dritte[nrs]?|troisi[eè]me|tercer[oa]?", r"3|three|c|drei|trois|tres", 2),
    (r"last|letzte[nrs]?|derni[eè]re?|[uú]ltim[oa]|latter", r"(?!)", -1),
)
_AFTER = r"(?: (?:one|option|choice|point|thing))?(?=\W*(?:$|[,.!;]|please\b|pls\b|thanks\b|bitte\b|svp\b|and\b|und\b|et\b|y\b))"
_CHOSEN = tuple(
    (
        re.compile(
            rf"(?:\b(?:the|der|die|das|le|la|el) |\bl['’]|^\W*|\b(?:yes|no|ja|nein|oui|non|sí),? )(?:very )?(?:{word}){_AFTER}"
            rf"|(?:\b(?:option|number|nr\.?|no\.|choice|answer|nummer|numéro|opción|número) |^\W*)(?:{figure})(?=\W*(?:$|please\b"
            rf"|pls\b|bitte\b|one\b))",
            re.IGNORECASE,
        ),
        at,
    )
    for word, figure, at in _PLACES
)
_BOTH = re.compile(r"\b(?:both|beides?|les deux|ambos|ambas|los dos|las dos)\b", re.IGNORECASE)
_ALL = re.compile(
    r"\b(?:all of (?:them|these|it)|all (?:three|two)|les trois|los tres|las tres)\b|^\W*(?:all|alle|tou(?:te)?s|tod[oa]s)\W*$",
    re.IGNORECASE,
)
_NONE = re.compile(
    r"\b(?:neither|none(?: of (?:them|these|those))?|not any of|kein(?:e?s)? davon|weder noch|aucune?(?: des deux)?|ningun[oa]"
    r"|something else|etwas anderes"
    r"|autre chose|otra cosa)\b(?=\W*$)",
    re.IGNORECASE,
)
_REJECTED = re.compile(r"\b(?:not|nicht|pas) (?:the |option |number |der |die |das |le |la |el )?\w+(?: one)?\b", re.IGNORECASE)


def offered(history: Sequence[Past], labels: Sequence[str]) -> tuple[str, ...]:
    """The intents that automation's last question named, in its order; none unless that was a question to clarify and the last word."""
    last = history[-1] if history else None
    if last is None or last.role != "automation" or last.action != "clarify":
        return ()
    return tuple(_named(last.text.lower(), labels))


def chosen(text: str, options: Sequence[str]) -> tuple[str, ...] | None:
    """Which of the options a short answer picks by place; nothing when it picks none of them, None when it does not choose."""
    if not options or len(text.split()) > CHOICE_WORDS:
        return None
    if _NONE.search(text):
        return ()
    if _ALL.search(text) or (len(options) == 2 and _BOTH.search(text)):
        return tuple(options)
    kept = _REJECTED.sub(" ", text)
    places = [at if at >= 0 else len(options) - 1 for pattern, at in _CHOSEN if pattern.search(kept)]
    return tuple(dict.fromkeys(options[at] for at in places if at < len(options))) or None


def named(text: str, options: Sequence[str]) -> tuple[str, ...] | None:
    """The one option whose name shares most words with a short answer, if there is one."""
    words = re.findall(r"\w+", text.lower())
    common = {
        option: sum(any(_alike(word, part) for word in words) for part in re.findall(r"[^\W_]+", option.lower())) for option in options
    }
    best = max(common.values(), default=0)
    winners = tuple(option for option, count in common.items() if count == best)
    return winners if best and len(winners) == 1 and len(words) <= CHOICE_WORDS else None


def answers(text: str, history: Sequence[Past]) -> bool:
    """Whether a message only gives what the last message, ours, asked for: a number, a date, a name."""
    asked = bool(history) and history[-1].role != "customer" and (history[-1].action == "clarify" or "?" in history[-1].text)
    return asked and len(text.split()) <= FEW_WORDS and not _OPENS.match(text)


def only_figures(text: str) -> bool:
    """Whether a message is nothing but a number, an amount, a date or an address, with the words that go with these."""
    return len(text) < 200 and any(sign.isdigit() or sign == "@" for sign in text) and bool(_FIGURES.fullmatch(text))


def follows_up(text: str) -> bool:
    """Whether a message says too little by itself ("yes", "still nothing", "and for us?")."""
    return len(text.split()) <= FEW_WORDS and bool(FOLLOW_UP.match(text))


def _named(text: str, labels: Sequence[str]) -> Iterator[str]:
    """Labels by where their names stand; a name within a longer one is not named."""
    places: dict[int, str] = {}
    for label in sorted(labels, key=len, reverse=True):
        name = re.escape(label.replace("_", " ").lower())
        found = re.search(rf"(?<!\w){name}(?!\w)", text)
        if found:
            places[found.start()] = label
            text = text[: found.start()] + "\0" * (found.end() - found.start()) + text[found.end() :]
    return (label for _, label in sorted(places.items()))


def _alike(word: str, part: str) -> bool:
    return len(part) > 2 and (word == part or (len(part) > 4 and word[: len(part) - 1] == part[:-1]))
