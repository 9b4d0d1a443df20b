"""Whose law a conversation falls under: by the customer's region, and only where a verified fact states it."""

from collections.abc import Collection
from datetime import timedelta
from functools import lru_cache

from policy.schema import EVERYBODY_ELSE, Policy
from policy.signals import Facts


@lru_cache(maxsize=4096)
def folded(regions: tuple[str, ...]) -> frozenset[str]:
    """The regions as they are compared: upper and lower case alike."""
    return frozenset(region.strip().casefold() for region in regions)


def jurisdiction_of(policy: Policy, known: Facts) -> str | None:
    """The first jurisdiction that lists the customer's region, else the one for everybody else; None where there is none such."""
    region = known.get("region")
    wanted = {region.strip().casefold() if isinstance(region, str) else "", EVERYBODY_ELSE}
    return next((name for name, law in policy.jurisdictions.items() if not wanted.isdisjoint(folded(law.regions))), None)


def handled_in(policy: Policy, known: Facts) -> tuple[str, ...]:
    """Regions of which the owner must serve one; none: anywhere. Of a customer who is of no jurisdiction: those that suit all of them."""
    law = jurisdiction_of(policy, known)
    return policy.jurisdictions[law].handled_in if law else anywhere(policy)


def anywhere(policy: Policy) -> tuple[str, ...]:
    """Where the conversation of a customer who may be of any jurisdiction may be handled: in what those that restrict it have in common.

    None where none restricts it; ``policy.loading`` refuses a policy whose jurisdictions have nothing in common and leave somebody out.
    """
    restricted = [law.handled_in for law in policy.jurisdictions.values() if law.handled_in]
    return tuple(region for region in (restricted[0] if restricted else ()) if all(_in(region, regions) for regions in restricted))


def leaves_somebody_out(policy: Policy) -> bool:
    """Whether some customers are of no jurisdiction: those whose region is not known or not listed."""
    return not any(EVERYBODY_ELSE in law.regions for law in policy.jurisdictions.values())


def no_model_calls(policy: Policy, known: Facts) -> str | None:
    """Why the customer's text may not be sent to a chat model; None when it may.

    Where some jurisdiction forbids it, text of somebody who is of none stays as well: it may be theirs.
    """
    forbidding = [name for name, law in policy.jurisdictions.items() if not law.model_calls]
    name = jurisdiction_of(policy, known)
    if name in forbidding:
        return f"{name} keeps text here"
    if forbidding and name is None:
        region = "is of no jurisdiction" if known.get("region") else "is not known"
        return f"the customer's region {region}, and {forbidding[0]} keeps text here"
    return None


def _in(region: str, regions: Collection[str]) -> bool:
    return region.strip().casefold() in folded(tuple(regions))


def retention(policy: Policy) -> dict[str, timedelta]:
    """Jurisdiction → how long its customers' conversations are kept, where it says so."""
    return {name: timedelta(seconds=law.retention) for name, law in policy.jurisdictions.items() if law.retention is not None}
