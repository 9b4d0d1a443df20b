"""The intent agent: the embedded model's calibrated reading, joined with what the words themselves say and what was said before."""

import re

from agents.intent.cues import read_cues
from agents.intent.model import IntentModel, Prediction
from core.intent import Intent, Label
from core.types import Past

HUMAN = "human_request"
"""The one label whose name means something to the product: whoever has it asks for a person. Companies may go without it."""

SURE_OF_HUMAN = 0.6
ELLIPSIS_WORDS = 8
_ELLIPSIS = re.compile(
    r"\W*(?:(?:yes|yep|yeah|yup|no|nope|ok|okay|sure|right|correct|exactly|please do|go ahead|do (?:it|that)|sounds good|still|same|and|so"
    r"|both"
    r"|neither|either|all of (?:them|it)|none of (?:them|these)|(?:the|that|this|option|number|nr) ?(?:\w+ )?(?:one|option|\d|last|first"
    r"|second"
    r"|third|other)|i (?:mean|meant)|ja|nein|doch|genau|immer noch|oui|non|toujours|sí|si|todavía|nothing|nichts|rien|nada|hello"
    r"|any (?:luck|word|update))\b|\d+\W*$|[?!.…]+$)",
    re.IGNORECASE,
)


class IntentAgent:
    """Implements ``agents.crew.IntentReader`` over a trained model. ``products`` are the company's names to look for."""

    def __init__(self, model: IntentModel, products: tuple[str, ...] = ()) -> None:
        self._model, self._products = model, products

    @property
    def version(self) -> str:
        return f"linear-{self._model.version[:12]}"

    def read(self, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:
        """What the sender wants. A few words that say nothing by themselves ("yes, the second one") keep the conversation's last intent.

        Nothing at all is not small talk: it has no intent.
        """
        if not (text.strip() or subject.strip()):
            return Intent(labels=(), abstained=True, out_of_scope=True, language=language)
        found = self._carried(self._model.predict(text, subject), text, history)
        cues = read_cues(f"{subject}\n{text}" if subject else text, self._products)
        top = found.labels[0] if found.labels else None
        sure_of_human = top is not None and top.label == HUMAN and top.confidence >= SURE_OF_HUMAN
        return Intent(
            labels=found.labels,
            abstained=found.abstained,
            out_of_scope=found.out_of_scope and not cues.wants_human,
            set=found.set,
            urgency=cues.urgency,
            sentiment=cues.sentiment,
            language=language,
            wants_human=cues.wants_human or sure_of_human,
            flags=cues.flags,
            entities=cues.entities,
        )

    def _carried(self, found: Prediction, text: str, history: tuple[Past, ...]) -> Prediction:
        """The last intent goes first, as sure as a decision has to be at least, when the model abstains on an ellipsis."""
        last = next((past.intent for past in reversed(history) if past.role == "customer" and past.intent), None)
        if not (found.abstained and last and len(text.split()) <= ELLIPSIS_WORDS and _ELLIPSIS.match(text)):
            return found
        own = next((label for label in found.labels if label.label == last), Label(label=last, confidence=0.0))
        sure = max(own.confidence, self._model.calibration.abstain, *(label.confidence for label in found.labels))
        others = tuple(label for label in found.labels if label.label != last)
        kept = (own.model_copy(update={"confidence": round(sure, 4)}), *others)
        within = tuple(dict.fromkeys((last, *found.set)))
        return found.model_copy(update={"labels": kept, "set": within, "abstained": False, "out_of_scope": False})
