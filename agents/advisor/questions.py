"""The one question that automation may ask when an answer depends on what nobody has said."""

from collections.abc import Sequence

_ASKED = {
    "en": ("Which {kind} is your question about: {cases}?", {"plan": "plan", "region": "region"}, "or"),
    "de": ("Auf {kind} bezieht sich Ihre Frage: {cases}?", {"plan": "welchen Tarif", "region": "welche Region"}, "oder"),
    "fr": ("Sur {kind} porte votre question : {cases} ?", {"plan": "quelle offre", "region": "quelle région"}, "ou"),
    "es": ("¿A {kind} se refiere su pregunta: {cases}?", {"plan": "qué plan", "region": "qué región"}, "o"),
}


def question_for(asked: Sequence[str], language: str) -> str:
    """``asked``: the kind of what differs (``plan``, ``region``), then its cases; worded in ``language`` where there is a wording, else in
    English."""
    wording, kinds, last = _ASKED.get(language, _ASKED["en"])
    kind, *cases = asked
    text = f"{', '.join(cases[:-1])} {last} {cases[-1]}" if len(cases) > 1 else "".join(cases)
    return wording.format(kind=kinds.get(kind, kind), cases=text)
