"""Public holidays by country, from the ``holidays`` package, which is imported only when somebody asks."""

from datetime import date
from functools import cache


@cache
def public_holidays(country: str, subdivision: str | None, year: int) -> frozenset[date]:
    """The public holidays of a year, substitute days included; ``country`` and ``subdivision`` are ISO 3166 codes (``GB``, ``ENG``).

    Raises:
        ValueError: none are known for the place.
    """
    import holidays

    try:
        return frozenset(holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False))
    except NotImplementedError:
        place = f"subdivision {subdivision!r} of {country}" if subdivision else f"country {country!r}"
        raise ValueError(f"no public holidays are known for {place} (ISO 3166 codes, such as GB and ENG)") from None
