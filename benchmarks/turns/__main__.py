"""``python -m benchmarks.turns``: durable turns without a model, figures beside their targets. Never a timed test."""

import argparse
import asyncio
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median

from benchmarks.turns.fill import fill
from benchmarks.turns.measure import Bench, Timing
from benchmarks.turns.statements import PREFIX, round_trips
from store.embedded import EmbeddedPostgres
from store.migrate import upgrade

P50_MS, P95_MS, PER_SECOND, WITHIN = 40.0, 90.0, 60.0, 0.15
PACE_S = 0.05
# Commit times are needed for the latencies; everything else is as in an installation.
OPTIONS = {"track_commit_timestamp": "on", **PREFIX}


class Server:
    """A PostgreSQL of the benchmark's own, in a folder that is removed."""

    def __init__(self, folder: Path) -> None:
        self._server, self._data = EmbeddedPostgres(folder, options=OPTIONS), folder / "postgres"

    @property
    def log(self) -> Path:
        return self._data / "server.log"

    @asynccontextmanager
    async def bench(self, name: str) -> AsyncIterator[Bench]:
        """An empty database, migrated."""
        url = await self._server.fresh(name)
        await upgrade(url)
        self._data = self._server.start().folder
        postmaster = int((self._data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0])
        bench = Bench(url, postmaster)
        await bench.open()
        try:
            yield bench
        finally:
            await bench.close()

    def stop(self) -> None:
        self._server.stop()


async def turns(server: Server, rounds: int, count: int, say: Callable[[str], None]) -> None:
    """Latency and throughput on an almost empty database; one and two processes take turns."""
    async with server.bench("turns") as bench:
        paced, one, two = [], [], []
        for n in range(rounds):
            say(f"turns, round {n + 1} of {rounds}")
            paced.append(await bench.paced(count, every_s=PACE_S))
            one.append(await bench.burst(count, workers=(8,)))
            two.append(await bench.burst(count, workers=(4, 4)))
        trips, kinds = await round_trips(bench, server.log, count)
    print(f"\n  {count} turns a run, medians of {rounds} runs")
    print(_line("paced, 20 a second: p50", _over(paced, "p50_ms"), "ms", f"≤ {P50_MS:g}"))
    print(_line("paced, 20 a second: p95", _over(paced, "p95_ms"), "ms", f"≤ {P95_MS:g}"))
    print(_line("burst, 1 worker × 8", _over(one, "per_second"), "turns/s", f"≥ {PER_SECOND:g}"))
    print(_line("burst, 2 workers × 4", _over(two, "per_second"), "turns/s", "-"))
    for name, runs in (("paced", paced), ("burst, 1 × 8", one), ("burst, 2 × 4", two)):
        print(_line(f"{name}: CPU a turn, workers and PostgreSQL", _over(runs, "cpu_ms"), "ms", "-"))
        print(_line(f"{name}: commits a turn", _over(runs, "commits"), "", "-"))
    print(_line("round trips a turn (statements in the server's log)", trips, "", "-"))
    print("".join(f"\n      {number / (count + 20):5.2f}  {kind}" for kind, number in kinds.most_common(12)))


async def growth(server: Server, sizes: Sequence[int], rounds: int, count: int, open_share: float, say: Callable[[str], None]) -> None:
    """The same turns beside more and more stored conversations, the sizes interleaved."""
    found: dict[int, list[tuple[Timing, Timing]]] = {size: [] for size in sizes}
    async with _filled(server, sizes, open_share, say) as benches:
        for n in range(rounds):
            say(f"growth, round {n + 1} of {rounds}")
            for bench in benches if n % 2 else reversed(benches):
                found[bench.stored].append((await bench.paced(count, every_s=PACE_S), await bench.burst(count, workers=(8,))))
    print(f"\n  {count} turns a run, half of them to stored conversations ({open_share:.0%} of those open), medians of {rounds} runs")
    heads = ("stored", "paced p50", "ratio", "burst", "ratio", "CPU a turn")
    print("".join(f"{head:>14}" for head in heads) + f"   target: ratios within {WITHIN:.0%}")
    base = _figures(found[sizes[0]])
    for size in sizes:
        p50, speed, cpu = _figures(found[size])
        ratios = p50 / base[0], base[1] / speed
        cells = (f"{size:,}", f"{p50:.1f} ms", f"{ratios[0]:.2f}", f"{speed:.1f} a s", f"{ratios[1]:.2f}", f"{cpu:.1f} ms")
        print("".join(f"{cell:>14}" for cell in cells))


@asynccontextmanager
async def _filled(server: Server, sizes: Sequence[int], open_share: float, say: Callable[[str], None]) -> AsyncIterator[list[Bench]]:
    if not sizes:
        yield []
        return
    async with server.bench(f"stored_{sizes[-1]}") as bench:
        say(f"storing {sizes[-1]:,} conversations")
        began = time.monotonic()
        await fill(bench, sizes[-1], open_share=open_share)
        say(f"stored in {time.monotonic() - began:.0f} s")
        async with _filled(server, sizes[:-1], open_share, say) as others:
            yield [*others, bench]


def _figures(runs: Iterable[tuple[Timing, Timing]]) -> tuple[float, float, float]:
    paced, burst = zip(*runs, strict=True)
    return _over(paced, "p50_ms"), _over(burst, "per_second"), _over(burst, "cpu_ms")


def _over(runs: Iterable[Timing], figure: str) -> float:
    return float(median(getattr(run, figure) for run in runs))


def _line(name: str, value: float, unit: str, target: str) -> str:
    return f"  {name:<54}{value:>8.1f} {unit:<8}  target {target}"


async def main(chosen: argparse.Namespace, folder: Path) -> None:
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True)

    server = Server(folder)
    try:
        if chosen.part in ("turns", "all"):
            await turns(server, chosen.rounds, chosen.turns, say)
        if chosen.part in ("growth", "all"):
            await growth(server, chosen.sizes, chosen.rounds, chosen.turns, chosen.open, say)
    finally:
        server.stop()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description=__doc__)
    parser.add_argument("part", choices=("turns", "growth", "all"), nargs="?", default="all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--turns", type=int, default=200, help="turns a run")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="stored conversations")
    parser.add_argument("--open", type=float, default=0.5, help="share of the stored conversations that is open")
    return parser.parse_args()


if __name__ == "__main__":
    place = Path(tempfile.mkdtemp(prefix="usher-bench-"))
    place.chmod(0o755)
    try:
        asyncio.run(main(arguments(), place))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        shutil.rmtree(place, ignore_errors=True)
