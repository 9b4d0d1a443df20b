"""Write deals.csv: 2,400 closed deals of Fernhill Software, all of them synthetic.

No deal here was ever made. Each row is drawn from a seeded generator, and its
``source`` column says ``synthetic``, so that nothing downstream takes it for history.

How a deal is won. A logistic model scores its signals: a decision maker at the table,
sentiment, urgency, the size of the deal against the usual size in its tier, open
support tickets, how near the renewal is, whether the account is strategic, tier and
region. The intercept is set so that ``BASE_RATE`` of all deals is expected to be won.

Where the noise comes from, and why no model can be right about every row:

* the outcome is a coin weighted by the model's probability, not a threshold;
* each deal has a hidden shock (budget, politics) that no column shows;
* a share ``LABEL_NOISE`` of the outcomes is flipped, as if entered wrongly in the CRM;
* the world drifts: from the first day to the last, sentiment loses some of its weight,
  open tickets gain some and the odds fall a little, so a model fitted on the early
  deals is somewhat off on the late ones.

Together these hold the area under the ROC curve that a good model can reach to about 0.75.

``days_to_renewal`` is 365 for prospects and new business, which have nothing to renew.

Run ``python knowledge/example/deals.py`` to rewrite deals.csv beside this file;
the same seed gives the same bytes.
"""

from __future__ import annotations

import csv
from dataclasses import astuple, dataclass, fields
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SEED: Final = 20260310
ROWS: Final = 2400
FIRST_DAY: Final = date(2023, 1, 2)
LAST_DAY: Final = date(2026, 2, 27)
NO_RENEWAL: Final = 365
RENEWALS: Final = 0.8  # share of the customers' deals that fall before a renewal
ROUND_TO_TENS_BELOW: Final = 10_000  # dollars; larger deals are rounded to hundreds
BASE_RATE: Final = 0.375
LABEL_NOISE: Final = 0.03
HIDDEN_SHOCK: Final = 0.35


@dataclass(frozen=True, slots=True)
class Tier:
    """What deals in one tier look like."""

    name: str
    share: float  # of all deals
    usual_usd: float  # the median deal
    spread: float  # standard deviation of the log of the value
    low_usd: int
    high_usd: int
    seat_usd: float  # what one seat brings in a year
    max_seats: int
    strategic: float  # probability
    lift: float  # on the log-odds


TIERS: Final = (
    Tier("prospect", 0.22, 40_000, 1.00, 2_000, 800_000, 780, 2_500, 0.08, -0.45),
    Tier("starter", 0.10, 1_400, 0.45, 228, 5_700, 228, 25, 0.00, 0.30),
    Tier("team", 0.26, 8_000, 0.60, 1_500, 40_000, 468, 100, 0.01, 0.20),
    Tier("business", 0.27, 48_000, 0.60, 8_000, 250_000, 828, 1_000, 0.06, 0.05),
    Tier("enterprise", 0.15, 240_000, 0.50, 100_000, 1_200_000, 760, 3_000, 0.45, -0.15),
)
REGIONS: Final = (("emea", 0.48, 0.05), ("amer", 0.34, 0.00), ("apac", 0.18, -0.15))


@dataclass(frozen=True, slots=True)
class Deal:
    """One row of deals.csv, its fields in the order of the columns."""

    id: str
    closed_on: str
    tier: str
    deal_value_usd: int
    seats: int
    days_to_renewal: int
    urgency: str
    sentiment: str
    decision_maker: int
    open_tickets: int
    strategic: int
    region: str
    won: int
    source: str


def sigmoid(x: Floats) -> Floats:
    """Turn log-odds into probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp(-x)), dtype=np.float64)


def intercept(scores: Floats, rate: float) -> float:
    """Find, by bisection, what to add to the scores so that their mean probability is rate."""
    low, high = -10.0, 10.0
    for _ in range(60):
        middle = (low + high) / 2
        if float(sigmoid(scores + middle).mean()) < rate:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def column(name: str, of: NDArray[np.intp]) -> Floats:
    """Look up one number of each deal's tier."""
    return np.array([float(getattr(tier, name)) for tier in TIERS])[of]


def make(seed: int = SEED, rows: int = ROWS) -> list[Deal]:
    """Draw the deals, the earliest first."""
    rng = np.random.default_rng(seed)

    span = (LAST_DAY - FIRST_DAY).days
    days = np.sort(rng.integers(0, span + 1, rows))
    era = days / span  # 0 on the first day, 1 on the last: what the drift runs on

    tier = rng.choice(len(TIERS), rows, p=[t.share for t in TIERS])
    region = rng.choice(len(REGIONS), rows, p=[share for _, share, _ in REGIONS])
    strategic = rng.random(rows) < column("strategic", tier)

    size = rng.normal(0.0, 1.0, rows) * column("spread", tier)  # log of value / usual value
    value = column("usual_usd", tier) * np.exp(size + 0.3 * strategic)
    value = np.clip(value, column("low_usd", tier), column("high_usd", tier))
    value = np.where(value < ROUND_TO_TENS_BELOW, np.round(value, -1), np.round(value, -2))
    seats = value / column("seat_usd", tier) * rng.uniform(0.85, 1.2, rows)
    seats = np.clip(np.round(seats), 1, column("max_seats", tier))

    names = np.array([t.name for t in TIERS])[tier]
    renews = (names != "prospect") & (rng.random(rows) < RENEWALS)
    renewal = np.where(renews, rng.integers(0, NO_RENEWAL, rows), NO_RENEWAL)
    urgency = np.round(rng.beta(2.0, 2.6, rows), 2)
    tickets = rng.poisson(np.where(names == "prospect", 0.15, 0.6 + 0.35 * np.log10(seats + 1)))
    mood = rng.normal(0.15 - 0.07 * tickets, 0.4, rows)
    sentiment = np.round(np.clip(mood, -1.0, 1.0), 2)
    likely = 0.42 + 0.15 * np.isin(names, ["starter", "team"])  # small firms send the owner
    decision_maker = rng.random(rows) < likely

    score = (
        1.25 * decision_maker
        + (2.20 - 0.50 * era) * sentiment
        + 1.75 * (urgency - 0.45)
        - 0.45 * size
        - (0.20 + 0.12 * era) * tickets
        + 0.70 * np.exp(-renewal / 60)
        + 0.35 * strategic
        + column("lift", tier)
        + np.array([lift for _, _, lift in REGIONS])[region]
        - 0.25 * era
        + rng.normal(0.0, HIDDEN_SHOCK, rows)
    )
    chance = sigmoid(score + intercept(score, BASE_RATE))
    won = (rng.random(rows) < chance) ^ (rng.random(rows) < LABEL_NOISE)

    return [
        Deal(
            id=f"D-{i + 1:05d}",
            closed_on=(FIRST_DAY + timedelta(days=int(days[i]))).isoformat(),
            tier=TIERS[int(tier[i])].name,
            deal_value_usd=int(value[i]),
            seats=int(seats[i]),
            days_to_renewal=int(renewal[i]),
            urgency=f"{urgency[i]:.2f}",
            sentiment=f"{sentiment[i] + 0.0:.2f}",  # + 0.0 turns -0.00 into 0.00
            decision_maker=int(decision_maker[i]),
            open_tickets=int(tickets[i]),
            strategic=int(strategic[i]),
            region=REGIONS[int(region[i])][0],
            won=int(won[i]),
            source="synthetic",
        )
        for i in range(rows)
    ]


def main() -> None:
    """Rewrite deals.csv beside this file."""
    path = Path(__file__).with_name("deals.csv")
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in fields(Deal)])
        writer.writerows(astuple(deal) for deal in make())


if __name__ == "__main__":
    main()
