"""The run in one screen: counts, and every bar with what missed it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from statistics import median

from benchmarks.chaos import checks
from benchmarks.chaos.run import Run

TAKE_OVER_S = 10.0
SHOWN = 5


def counts(run: Run, found: checks.Found) -> Iterator[str]:
    """What happened."""
    yield _row("faults", run.faults.done)
    yield _row("messages", {"offered": run.customers.offered, "accepted": len(run.customers.accepted)})
    yield _row("offers", run.customers.answers)
    asked = {approval.turn_id for approval in found.approvals}
    again = sum(turn.runs > 1 and turn.id not in asked for turn in found.turns)
    yield _row("turns", Counter(turn.status for turn in found.turns) | Counter({"begun more than once": again}))
    yield _row("approvals", Counter(approval.status for approval in found.approvals))
    yield _row("people tried", run.people.fates)
    yield _row("their words", run.people.answers)
    yield _row("effects", Counter(row.state for row in found.outbox) | Counter({"guarded": sum(row.guarded for row in found.outbox)}))
    for name, arrived in found.arrived.items():
        word = "repeats refused" if name == "keyed" else "doubled (doubts)"
        yield _row(f"{name} receiver", {"deliveries": len(arrived), word: checks.repeats(arrived)})


def bars(run: Run, found: checks.Found, audit: tuple[str, list[str]]) -> Iterator[tuple[str, list[str]]]:
    """Bar → what missed it."""
    yield "everything settled", [] if run.settled else ["the run did not come to rest"]
    yield "0 lost", list(checks.lost(found, run.customers.accepted))
    yield "0 doubled where a key or a look-up exists", list(checks.doubled(found))
    yield "0 guarded effects without exactly their approval", list(checks.unapproved(found))
    yield "every approval closed once and acted on", list(checks.twice_closed(found))
    yield "order kept", list(checks.disordered(found))
    yield f"every chain verifies ({audit[0]})", audit[1]
    yield "every answer as promised", [*run.customers.strange, *run.people.strange]
    yield take_over(run)


def take_over(run: Run) -> tuple[str, list[str]]:
    """Seconds in which the database answered and another worker was beating, until the last job of a killed or frozen one was taken up."""
    slowest = [(one, one.slowest()) for one in run.takeover.interruptions]
    held = [(one, job) for one, job in slowest if job is not None]
    late = [f"{one.kind}: job {job.job} after {job.able_s:.1f} s" for one, job in held if job.able_s > TAKE_OVER_S or not job.taken]
    if not held:
        return f"take-over ≤ {TAKE_OVER_S:g} s (not measured)", ["no interrupted worker held anything"]
    able, wall = [job.able_s for _, job in held], [job.wall_s for _, job in held]
    figures = f"median {median(able):.1f} s, most {max(able):.1f} s, by the wall clock {max(wall):.1f} s"
    return f"take-over ≤ {TAKE_OVER_S:g} s ({len(held)} of {len(slowest)} interrupted workers held work: {figures})", late


def verdict(bars: Iterable[tuple[str, list[str]]]) -> Iterator[tuple[bool, str]]:
    """Whether each bar is met, in lines to print."""
    for bar, misses in bars:
        more = f"\n      … and {len(misses) - SHOWN} more" if len(misses) > SHOWN else ""
        yield not misses, f"  {'ok  ' if not misses else 'MISS'}  {bar}" + "".join(f"\n      {miss}" for miss in misses[:SHOWN]) + more


def _row(name: str, values: Mapping[str, int]) -> str:
    return f"  {name:<16}" + ", ".join(f"{count} {what}" for what, count in sorted(values.items(), key=lambda item: -item[1]))
