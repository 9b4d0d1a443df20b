"""Whose law a conversation falls under: by the customer's region, and only where a verified fact states it."""

from datetime import timedelta

from policy.schema import Policy
from policy.signals import Facts


def jurisdiction_of(policy: Policy, known: Facts) -> str | None:
    """The first jurisdiction that lists the customer's region; None where the region is not known or none lists it."""
    region = known.get("region")
    return next((name for name, law in policy.jurisdictions.items() if region in law.regions), None)


def no_model_calls(policy: Policy, known: Facts) -> str | None:
    """Why the customer's text may not be sent to a chat model; None when it may.

    Where some jurisdiction forbids it, text of somebody whose region is not known stays as well: it may be theirs.
    """
    forbidding = [name for name, law in policy.jurisdictions.items() if not law.model_calls]
    name = jurisdiction_of(policy, known)
    if name in forbidding:
        return f"{name} keeps text here"
    if forbidding and not known.get("region"):
        return f"the customer's region is not known, and {forbidding[0]} keeps text here"
    return None


def retention(policy: Policy) -> dict[str, timedelta]:
    """Jurisdiction → how long its customers' conversations are kept, where it says so."""
    return {name: timedelta(seconds=law.retention) for name, law in policy.jurisdictions.items() if law.retention is not None}
