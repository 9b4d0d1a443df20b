"""``python -m benchmarks.chaos``: pull every plug for some minutes, then count. Exit 1 when a bar is missed."""

import argparse
import asyncio
import signal
import sys
import time

from benchmarks.chaos import checks
from benchmarks.chaos.report import bars, counts, verdict
from benchmarks.chaos.run import remove, started


async def chaos(minutes: float, seed: int, per_second: float, *, keep: bool, untimed: bool) -> bool:
    """Whether every bar was met; ``untimed`` shows the take-over and does not judge it, where a machine's speed is not known."""
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)

    say(f"chaos for {minutes:g} min, seed {seed}: PostgreSQL, a web process, two workers")
    async with started(seed, minutes * 60) as run:
        await run.go(per_second, say)
        say("checking")
        found = await asyncio.to_thread(checks.read, run.url, run.folder)
        audit = await checks.broken(run.url)
    print("\n".join(counts(run, found)))
    results = list(verdict(bars(run, found, audit)))
    print("\n".join(line for _, line in results))
    good = all(met for met, line in results if not (untimed and "take-over" in line))
    if good and not keep:
        remove(run.folder)
    else:
        print(f"logs, data and deliveries: {run.folder}")
    return good


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--minutes", type=float, default=2)
    parser.add_argument("--seed", type=int, default=int(time.time()) % 100_000)
    parser.add_argument("--per-second", type=float, default=6, help="messages offered")
    parser.add_argument("--untimed", action="store_true", help="show how long a take-over took, and do not judge it")
    parser.add_argument("--keep", action="store_true", help="keep the run's folder")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return 0 if asyncio.run(chaos(chosen.minutes, chosen.seed, chosen.per_second, keep=chosen.keep, untimed=chosen.untimed)) else 1
    except KeyboardInterrupt:
        print("\nstopped; nothing is left running")
        return 130


if __name__ == "__main__":
    sys.exit(main())
