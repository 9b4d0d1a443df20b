"""The scorecard's report as people read it on a terminal."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from policy.scoring.scorecard import Bin, ScorecardReport, SignalReport


def page(report: "ScorecardReport") -> RenderableType:
    """The verdict, how the forecasts did on the later deals, and what each signal is worth."""
    verdict = "Used as a probability" if report.probabilities else "Points only"
    parts: list[RenderableType] = [Text(f"{verdict}: {report.why}", "bold"), _figures(report)]
    if report.signals:
        parts += [
            Text("\nSignals", "bold cyan"),
            _signals(report.signals),
            *(Text(f"warning: {each}", "yellow") for each in report.warnings),
        ]
    if report.reliability:
        parts += [Text("\nForecast and outcome, on the later deals", "bold cyan"), _bins(report.reliability)]
    return Group(*parts)


def _figures(report: "ScorecardReport") -> Table:
    table = Table.grid(padding=(0, 2))
    table.add_row("past deals", f"{report.deals}, {report.won} of them won")
    if report.base_rate is not None:
        table.add_row("base rate", f"{report.base_rate:.1%}")
    if report.brier is not None and report.base_brier is not None:
        table.add_row("judged on", f"the latest {report.held_out}, since {report.since}; fitted on the {report.earlier} before")
        table.add_row("Brier score", f"{report.brier:.4f} (always the base rate: {report.base_brier:.4f}; lower is better)")
    if report.skill is not None and report.skill_low is not None:
        table.add_row("skill", f"{report.skill:.1%} better than the base rate, at least {report.skill_low:.1%} (99 %)")
    if report.auc is not None:
        table.add_row("AUC", f"{report.auc:.3f}")
    return table


def _signals(signals: "tuple[SignalReport, ...]") -> Table:
    table = Table(
        "signal", "weight", "recorded", "points when won", "when lost", "AUC alone", box=None, header_style="bold", pad_edge=False
    )
    for each in signals:
        auc = "–" if each.auc is None else f"{each.auc:.2f}"
        table.add_row(each.signal, f"{each.weight:g}", f"{each.recorded:.0%}", f"{each.points_won:.1f}", f"{each.points_lost:.1f}", auc)
    return table


def _bins(bins: "tuple[Bin, ...]") -> Table:
    table = Table("deals", "forecast", "won", box=None, header_style="bold", pad_edge=False)
    for each in bins:
        table.add_row(str(each.n), f"{each.forecast:.0%}", f"{each.won:.0%}")
    return table
