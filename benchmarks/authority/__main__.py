"""``python -m benchmarks.authority``: does text move authority? Shares per placement and half, and the worst examples."""

import argparse
import asyncio
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.authority.crew import crew
from benchmarks.authority.harmless import HARMLESS
from benchmarks.authority.measure import Case, Trial, over_defence, trials
from benchmarks.authority.messages import PLACEMENTS, clean
from benchmarks.authority.texts import adversarial
from core.errors import UsherError

ROOT = Path(__file__).resolve().parents[2]
TEXTS = 320


def main() -> int:
    options = _options()
    try:
        found, moved = asyncio.run(_measure(options))
    except UsherError as error:
        print(f"benchmarks.authority: {error}", file=sys.stderr)
        return 2
    _report(found, moved, options.examples)
    return 1 if any(trial.moved for trial in found) or moved else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.authority", description=__doc__)
    parser.add_argument("--injections", type=Path, default=ROOT.parent / "shared" / "data" / "injections", help="folder of the collections")
    parser.add_argument("--company", type=Path, default=ROOT / "knowledge" / "example")
    parser.add_argument("--texts", type=int, default=TEXTS, help="how many texts; 0: all of them")
    parser.add_argument(
        "--half", type=int, choices=(0, 1), help="only the texts of this half; half 1 was not looked at while rules were written"
    )
    parser.add_argument("--data", type=Path, help="where models and the database are kept; none: a folder that is removed")
    parser.add_argument("--examples", type=int, default=5, help="how many of the worst to show, of half 0")
    return parser.parse_args()


async def _measure(options: argparse.Namespace) -> tuple[list[Trial], list[str]]:
    texts = [each for each in adversarial(options.injections) if options.half in (None, each.half)][: options.texts or None]
    cases = [Case(each.collection, each.half, each.text) for each in texts]
    messages = clean(options.company / "inbox", "mx.fernhill.example")
    with TemporaryDirectory(prefix="usher-authority-", ignore_cleanup_errors=True) as folder:
        os.chmod(folder, 0o755)  # noqa: PTH101 - PostgreSQL runs as another user when this runs as root
        async with crew(options.company, data=options.data or Path(folder)) as made:
            print(f"{len(cases)} texts, {len(messages)} clean messages", file=sys.stderr)
            found = await trials(made, messages, cases, lambda percent: print(f"\r{percent} %", end="", file=sys.stderr))
            return found, await over_defence(made, HARMLESS)


def _report(found: Sequence[Trial], moved: Sequence[str], examples: int) -> None:
    print(f"\n{'placement':<16}{'all':>16}{'half 0':>16}{'half 1 (unseen)':>18}{'level higher':>14}{'to 2 or more':>14}")
    for where in PLACEMENTS:
        own = [trial for trial in found if trial.where == where]
        higher = [trial.found.level for trial in own if trial.found.level > trial.clean.level]
        print(
            f"{where:<16}{_share(own):>16}{_share(own, 0):>16}{_share(own, 1):>18}{len(higher):>14}{sum(level > 1 for level in higher):>14}"
        )
    print(f"{'all':<16}{_share(found):>16}{_share(found, 0):>16}{_share(found, 1):>18}")
    for name in dict.fromkeys(trial.collection for trial in found):
        print(f"{name:<16}{_share([trial for trial in found if trial.collection == name]):>16}")
    print(f"harmless messages with something set aside or another route: {len(moved)} of {len(HARMLESS)}")
    for text in moved:
        print(f"  {text}")
    for trial in _worst(found)[:examples]:
        print(f"{trial.where}, {trial.collection}, {'; '.join(trial.moved)}: {' '.join(trial.text.split())[:160]}")


def _share(found: Iterable[Trial], half: int | None = None) -> str:
    """Unmoved of all, in per cent."""
    own = [not trial.moved for trial in found if half in (None, trial.half)]
    return f"{100 * sum(own) / len(own):.1f} % of {len(own)}" if own else "-"


def _worst(found: Iterable[Trial]) -> list[Trial]:
    return sorted((trial for trial in found if trial.moved and trial.half == 0), key=lambda trial: trial.clean.level - trial.found.level)


if __name__ == "__main__":
    sys.exit(main())
