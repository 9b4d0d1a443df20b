"""What the advisor came to, as others read it: the policy as signals, the people who take a conversation over as lines."""

from collections.abc import Iterator

from agents.signals import stated
from core.types import Answer, Signal


def advised(draft: Answer | None) -> list[Signal]:
    """``grounded``: automation has an answer; ``handbook``: what the handbook makes of the question, one of ``policy.signals.HANDBOOK``.
    Nothing but ``grounded`` where nobody asked the advisor."""
    grounded = stated("grounded", bool(draft and not draft.abstained), "advisor")
    if draft is None:
        return [grounded]
    return [grounded, stated("handbook", draft.reason.replace(" ", "_") if draft.abstained else "answered", "advisor")]


def told(advice: Answer | None) -> Iterator[str]:
    """For a person: which rule the request meets, and what of the handbook nobody should choose silently. No text of a page."""
    if advice is None:
        return
    if advice.abstained and advice.citations:
        rules = dict.fromkeys(f"{cite.document} › {cite.heading}" for cite in advice.citations)
        yield f"Handbook ({advice.reason}): {', '.join(rules)}"
    yield from (f"Handbook ({caveat.kind}): {caveat.detail}" for caveat in advice.caveats)
