"""The task that everyone gets: one message of a customer goes to one of six destinations and is answered."""

import random
from functools import cache
from pathlib import Path
from typing import NamedTuple

FILE = Path(__file__).parent / "messages.yaml"


class Destination(NamedTuple):
    """``name`` is a queue of the example company."""

    name: str
    about: str


class Message(NamedTuple):
    to: str
    text: str


COMPANY = "Fernhill Software"
DESTINATIONS = (
    Destination("support", "How the product is used, faults, outages, sign-in, integrations and the API."),
    Destination("billing", "Invoices, receipts, payments, refunds and billing details."),
    Destination("sales", "Prices, plans, demos, trials, more seats and discounts for buyers."),
    Destination("success", "Renewals, customers who think of leaving, and serious complaints."),
    Destination("legal", "Contracts, data processing agreements, clauses and legal claims."),
    Destination("security", "Security evidence, questionnaires, certificates and reported weaknesses."),
)


@cache
def messages() -> tuple[Message, ...]:
    """All of them, in an order that was drawn once."""
    import yaml

    found = [Message(to, text.strip()) for to, texts in yaml.safe_load(FILE.read_text("utf-8")).items() for text in texts]
    random.Random(0).shuffle(found)
    return tuple(found)
