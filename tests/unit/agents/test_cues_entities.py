import pytest

from agents.intent.entities import MOST, entities


def values(text: str, kind: str, *products: str) -> list[str]:
    return [entity.value for entity in entities(text, products) if entity.type == kind]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("$1,234.50", "1234.50 USD"),
        ("1.234,50 €", "1234.50 EUR"),
        ("US$ 69 per seat", "69.00 USD"),
        ("£18,000", "18000.00 GBP"),
        ("18 000 euros", "18000.00 EUR"),
        ("40.000 Euro", "40000.00 EUR"),
        ("900k USD", "900000.00 USD"),
        ("$2.5m", "2500000.00 USD"),
        ("3,5 Mio. EUR", "3500000.00 EUR"),
        ("CHF 1'200", "1200.00 CHF"),
        ("190 dólares", "190.00 USD"),
    ],
)
def test_money_is_a_number_with_its_currency(text: str, value: str) -> None:
    assert values(f"we paid {text} last week", "money") == [value]


@pytest.mark.parametrize("text", ["room 500", "v1.2.3", "20 % off", "48213", "1,500 users"])
def test_a_figure_without_currency_is_no_money(text: str) -> None:
    assert values(text, "money") == []


@pytest.mark.parametrize(
    ("text", "seats"),
    [
        ("25 seats", "25"),
        ("1,500 users", "1500"),
        ("150-seat plan, 40 more licences", "40"),
        ("30 Mitarbeiter", "30"),
        ("15 utilisateurs", "15"),
        ("35 licencias", "35"),
    ],
)
def test_seats_are_counted(text: str, seats: str) -> None:
    assert seats in values(text, "seats")


def test_a_price_per_seat_is_no_number_of_seats() -> None:
    assert values("$69 per seat", "seats") == []


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("invoice INV-2026-00389", "invoice", "INV-2026-00389"),
        ("Rechnung Nr. 20455", "invoice", "20455"),
        ("la facture 19870", "invoice", "19870"),
        ("ticket 48213", "ticket", "48213"),
        ("Re: FH-20611 still open", "ticket", "FH-20611"),
        ("Re: [#51877]", "ticket", "51877"),
        ("our PO-4500118", "order", "PO-4500118"),
        ("purchase order 4500-118", "order", "4500-118"),
    ],
)
def test_numbers_of_records_are_found(text: str, kind: str, value: str) -> None:
    assert values(text, kind) == [value]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("on 2026-03-31", "2026-03-31"),
        ("bis zum 31.03.2026", "2026-03-31"),
        ("on 12 March 2026", "2026-03-12"),
        ("March 24th", "--03-24"),
        ("le 1er avril", "--04-01"),
        ("el 5 de marzo", "--03-05"),
        ("on 3/4/2026", "3/4/2026"),
    ],
)
def test_dates_are_iso_where_they_are_clear(text: str, date: str) -> None:
    assert date in values(text, "date")


@pytest.mark.parametrize(
    ("text", "when"),
    [
        ("by Friday", "friday"),
        ("before 5 pm", "5 pm"),
        ("no later than 20 March", "20 march"),
        ("bis Freitag", "freitag"),
        ("avant vendredi", "vendredi"),
        ("due 27 March", "27 march"),
    ],
)
def test_deadlines_are_found(text: str, when: str) -> None:
    assert values(f"please answer {text}", "deadline") == [when]


def test_products_are_found_whatever_their_case() -> None:
    assert values("does FLOW talk to vault? no overflow", "product", "Flow", "Vault", "Insights") == ["Flow", "Vault"]


def test_companies_and_addresses_are_found() -> None:
    text = "I'm Anna from Orchard Bank, cc Nordhafen GmbH. Mail Anna@Orchardbank.example or +44 1632 960884."
    assert values(text, "company") == ["Nordhafen GmbH", "Orchard Bank"]
    assert values(text, "email") == ["anna@orchardbank.example"]
    assert values(text, "phone") == ["+441632960884"]


def test_the_same_thing_is_named_once_and_the_list_ends() -> None:
    assert values("ticket 48213, ticket 48213", "ticket") == ["48213"]
    assert len(entities(" ".join(f"ticket {number}" for number in range(10_000, 10_100)))) == MOST


def test_the_text_of_an_entity_stands_in_the_message() -> None:
    text = "Refund 1.200,50 € for invoice INV-2026-00389 by Friday, 25 seats"
    assert all(entity.text in text for entity in entities(text))


@pytest.mark.parametrize(
    ("text", "ends"), [("between 5 and 10k EUR", "5 10"), ("$5-10k", "5 10"), ("€3,000 to €4,000", "3 4"), ("2 bis 3k €", "2 3")]
)
def test_a_range_of_money_has_two_ends(text: str, ends: str) -> None:
    assert [value.split("000.00")[0] for value in values(text, "money")] == ends.split()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("this is Anna Berg from Orchard Bank", "Anna Berg"),
        ("my colleague Tom Price will join", "Tom Price"),
        ("My name is Ana", "Ana"),
        ("Mr. Smith called", "Smith"),
        ("please call.\n\nKind regards,\nGwen Price\nHead of Finance", "Gwen Price"),
    ],
)
def test_a_person_is_found_where_somebody_is_introduced(text: str, name: str) -> None:
    assert values(text, "person") == [name]


@pytest.mark.parametrize(
    "text", ["I am Very Happy", "I am From Berlin", "This is Urgent Please help", "next Friday", "we are with Apple Pay"]
)
def test_capitals_alone_make_no_person(text: str) -> None:
    assert values(text, "person") == []
