"""Deals that are over, as the scorecard is judged by."""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

from core.types import SignalValue


class PastDeal(NamedTuple):
    """One deal, won or lost. ``known``: what the records said of it, by signal, amounts in US dollars."""

    id: str
    closed_on: date
    won: bool
    known: Mapping[str, SignalValue]
