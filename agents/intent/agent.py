"""The intent agent: the embedded model's calibrated reading, joined with what the words themselves say and what was said before."""

from collections.abc import Sequence
from functools import cached_property

from agents.intent.business import Business
from agents.intent.conversation import answers, chosen, follows_up, named, offered, only_figures
from agents.intent.cues import read_cues
from agents.intent.explanation import words
from agents.intent.human import SURE, HumanDetector, declines
from agents.intent.model import IntentModel, Prediction
from agents.intent.negation import Denial, denials, says_something, without
from agents.intent.reading import read
from core.intent import Intent, Label
from core.types import Past

HUMAN = "human_request"
"""The one label whose name means something to the product: whoever has it asks for a person. Companies may go without it."""

SURE_OF_HUMAN = 0.6
DENIED, RESTATED = 0.5, 0.8
SHARED = tuple(sorted(Prediction.model_fields.keys() & Intent.model_fields.keys() - {"out_of_scope"}))


class IntentAgent:
    """Implements ``agents.crew.IntentReader`` over a trained model. ``products`` are the company's names to look for."""

    def __init__(self, model: IntentModel, products: tuple[str, ...] = ()) -> None:
        self.model, self._products = model, products
        self._human = HumanDetector(model.encoder)

    @property
    def version(self) -> str:
        return f"linear-{self.model.version[:12]}"

    @cached_property
    def business(self) -> Business:
        return Business(self.model, self._products)

    def bounded(self, share: float | None) -> "IntentAgent":
        """The same agent, deciding only where at most ``share`` of its decisions are wrong; None: as its model was calibrated."""
        return IntentAgent(self.model.bounded(share), self._products)

    def explain(self, intent: Intent, text: str) -> Intent:
        """The intent with the words that moved it: of the sentence that its first label stands on, in English where it was read so."""
        if intent.top is None:
            return intent
        span = intent.labels[0].span
        stated = read(text[span.start : span.end] if span else text).units[0]
        return intent.model_copy(update={"words": words(self.model, stated, intent.top)})

    def read(self, text: str, subject: str, language: str, history: tuple[Past, ...]) -> Intent:
        """What the sender wants. A few words that say nothing by themselves lean on what was said before: "yes, the second one" picks the
        second option of our question; an answer to a question, or "still nothing", keeps the conversation's last intent.

        Nothing at all is not small talk: it has no intent. What the message says it does not want is ``denied`` and not among the labels.
        """
        if not (text.strip() or subject.strip()):
            return Intent(labels=(), abstained=True, out_of_scope=True, language=language)
        found, denied = self._understood(text, subject)
        found = self._in_conversation(found, text, history, denied)
        cues = read_cues(f"{subject}\n{text}" if subject else text, self._products)
        human = self._wants_human(found, text, subject)
        return Intent(
            **{name: getattr(found, name) for name in SHARED},
            out_of_scope=found.out_of_scope and not human,
            denied=denied,
            urgency=cues.urgency,
            sentiment=cues.sentiment,
            language=language,
            wants_human=human,
            flags=cues.flags,
            entities=cues.entities,
        )

    def _wants_human(self, found: Prediction, text: str, subject: str) -> bool:
        if self._human.chance(f"{subject}\n{text}" if subject else text, read(text, subject).units) >= SURE:
            return True
        top = found.labels[0] if found.labels else None
        said = top is not None and top.label == HUMAN and top.confidence >= SURE_OF_HUMAN
        return said and not found.out_of_scope and not declines(text)

    def _understood(self, text: str, subject: str) -> tuple[Prediction, tuple[str, ...]]:
        """The model's reading, and the intents that the message denies: these are no labels of it."""
        clauses = denials(text)
        if not clauses:
            return self.model.predict(text, subject), ()
        refused = self._refused(clauses)
        rest = without(text, clauses)
        found = self.model.predict(rest if says_something(rest) else text, subject)
        first = found.labels[0] if found.labels else None
        restated = first.label if first and first.confidence >= RESTATED and says_something(rest) else None
        denied = tuple(name for name in refused if name != restated)
        return self._kept(found, denied, only=not says_something(rest)), denied

    def _refused(self, clauses: Sequence[Denial]) -> tuple[str, ...]:
        """The intents of what is denied, each by itself; what the model cannot tell is none."""
        tops = (found.labels[0] for found in self.model.predict_many([each.what for each in clauses]) if found.labels)
        return tuple(dict.fromkeys(top.label for top in tops if top.confidence >= DENIED))

    def _kept(self, found: Prediction, denied: Sequence[str], *, only: bool) -> Prediction:
        """Without the denied labels. Where one of them led, or nothing else was said, the rest decides nothing."""
        if not denied:
            return found
        led = bool(found.labels) and found.labels[0].label in denied
        labels = tuple(label for label in found.labels if label.label not in denied)
        within = tuple(name for name in found.set if name not in denied)
        kept = found.model_copy(update={"labels": labels, "set": within})
        return _undecided(kept) if led or only else kept

    def _in_conversation(self, found: Prediction, text: str, history: tuple[Past, ...], denied: Sequence[str]) -> Prediction:
        """What the customer chose of our options is decided: it is their word. What merely leans on the last intent is decided only where
        the policy sets no bound, as no threshold was proven for it. Nothing denied comes back."""
        options = offered(history, self.model.labels)
        picked = chosen(text, options)
        if picked is None and found.abstained:
            picked = named(text, options)
        if picked is not None:
            names = tuple(name for name in picked if name not in denied)
            return self._led_by(found, names).model_copy(update={"abstained": False}) if names else _undecided(found)
        last = next((past.intent for past in reversed(history) if past.role == "customer" and past.intent), None)
        if last not in self.model.labels or last in denied:
            return found
        leans = only_figures(text) or (found.abstained and (follows_up(text) or answers(text, history)))
        return self._led_by(found, (last,)).model_copy(update={"abstained": found.bound is not None}) if leans else found

    def _led_by(self, found: Prediction, names: Sequence[str]) -> Prediction:
        """These intents first, as confident as a decision without a bound has to be; how sure the model itself is, stays as it was."""
        known = {label.label: label for label in found.labels}
        sure = max(self.model.calibration.abstain, *(label.confidence for label in found.labels), 0.0)
        first = tuple(known.get(name, Label(label=name, confidence=0)).model_copy(update={"confidence": round(sure, 4)}) for name in names)
        least = round(1 - sure, 4)
        others = tuple(
            label.model_copy(update={"confidence": min(label.confidence, least)}) for label in found.labels if label.label not in names
        )
        within = tuple(dict.fromkeys((*names, *found.set)))
        return found.model_copy(update={"labels": (*first, *others), "set": within, "out_of_scope": False})


def _undecided(found: Prediction) -> Prediction:
    margin = None if found.threshold is None else -found.threshold
    return found.model_copy(update={"abstained": True, "sure": 0.0, "margin": margin})
