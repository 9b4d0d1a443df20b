"""The intent agent: the embedded model's calibrated reading, joined with what the words themselves say and what was said before."""

from agents.cues import read_cues
from agents.intent_model import IntentModel, Prediction
from core.types import Intent, Past

HUMAN = "human_request"
"""The one label whose name means something to the product: whoever has it asks for a person. Companies may go without it."""

SURE_OF_HUMAN = 0.6
SHORT_FOLLOW_UP = 60


class IntentAgent:
    """Implements ``agents.crew.IntentReader`` over a trained model. ``products`` are the company's names to look for."""

    def __init__(self, model: IntentModel, products: tuple[str, ...] = ()) -> None:
        self._model, self._products = model, products

    @property
    def version(self) -> str:
        return f"linear-{self._model.version[:12]}"

    def read(self, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:
        """What the sender wants. A short follow-up that says nothing by itself ("still nothing?") keeps the conversation's last intent."""
        return self._joined(self._model.predict(text, subject), text, subject, language, history)

    def _joined(self, found: Prediction, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:
        cues = read_cues(f"{subject}\n{text}" if subject else text, self._products)
        found = self._carried(found, text, history)
        top = found.labels[0] if found.labels else None
        sure_of_human = top is not None and top.label == HUMAN and top.confidence >= SURE_OF_HUMAN and not found.abstained
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
        last = next((past.intent for past in reversed(history) if past.role == "customer" and past.intent), None)
        if not found.abstained or last is None or len(text) > SHORT_FOLLOW_UP or last not in found.set:
            return found
        labels = tuple(sorted(found.labels, key=lambda label: label.label != last))
        return found.model_copy(update={"labels": labels, "abstained": False, "out_of_scope": False})
