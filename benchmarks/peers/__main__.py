"""``python -m benchmarks.peers``: the same messages to everybody in turn, one after the other; times, calls and prompt tokens side by side.

Never a timed test. A peer that cannot be installed or run is named with the reason.
"""

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from benchmarks.environments import NotThereError
from benchmarks.peers.contestant import BARE, OURS, PEERS, ROOT, Contestant, command
from benchmarks.peers.report import SILENT, SURE, UNSURE, Shot, inside, line, missed, table
from benchmarks.peers.task import COMPANY, DESTINATIONS, Message, messages

WARM = 8
CASES = tuple(f"{OURS}: {case}" for case in (SURE, UNSURE, SILENT))
Say = Callable[[str], None]


@asynccontextmanager
async def endpoint(ms: float) -> AsyncIterator[str]:
    """The address of a model endpoint in a process of its own."""
    starts, pipe = ("-m", "benchmarks.peers.server", "--ms", str(ms)), asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(sys.executable, *starts, cwd=ROOT, stdin=pipe, stdout=pipe)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


async def counted(address: str) -> dict[str, Any]:
    """What the endpoint was asked since the last time."""

    def read() -> dict[str, Any]:
        with urlopen(f"{address}/calls", timeout=10) as answer:
            found: dict[str, Any] = json.load(answer)
        return found

    return await asyncio.to_thread(read)


async def shoot(who: Contestant, message: Message, address: str) -> Shot:
    """Raises NotThereError, also where the message came to the wrong one: then it is not the task that was timed."""
    try:
        said = await who.answer(message.text)
    finally:
        calls = (await counted(address))["calls"]
    if who.name in PEERS and said["who"] != message.to:
        raise NotThereError(f"{who.name} gave a message for {message.to} to {said['who'] or 'nobody'}")
    schema = sum(call["schema"] for call in calls)
    name = f"{OURS}: {said['case']}" if who.name == OURS else who.name
    prompt = schema + sum(call["prompt"] for call in calls)
    return Shot(name, said["seconds"], len(calls), prompt, schema, said.get("parts", {}), said.get("trouble", ()))


async def measure(chosen: argparse.Namespace, data: Path, say: Say) -> bool:
    """Whether ours met every target."""
    async with endpoint(chosen.ms) as address, AsyncExitStack() as stack:
        job = {
            "base_url": f"{address}/v1",
            "model": "local",
            "company": COMPANY,
            "destinations": DESTINATIONS,
            "service_s": chosen.ms / 1000,
        }
        race = Race(address, say)
        for name in (BARE, OURS, *([] if chosen.only_ours else PEERS)):
            say(f"{name}: getting ready")
            with race.missing(name):
                starts = await asyncio.to_thread(command, name, data)
                race.running.append(await Contestant.start(name, starts, job))
                stack.push_async_callback(race.running[-1].end)
        await race.run(messages()[: WARM + chosen.messages])
        counter = (await counted(address))["counted_by"]
    return _show(race, counter)


class Race:
    """``running`` are those who can be asked; ``lost`` says of every other peer why not."""

    def __init__(self, address: str, say: Say) -> None:
        self.running: list[Contestant] = []
        self.shots: list[Shot] = []
        self.lost: dict[str, str] = {}
        self._address, self._say = address, say

    @contextmanager
    def missing(self, name: str) -> Iterator[None]:
        """A peer that fails is out; without the product or the bare call there is nothing to compare. Raises NotThereError."""
        try:
            yield
        except NotThereError as error:
            if name not in PEERS:
                raise
            self.lost[name] = str(error)

    async def run(self, sent: Sequence[Message]) -> None:
        """Everybody gets a message before anybody gets the next; who begins changes with every message. The first few warm everybody up.
        No message comes twice: what was read once is remembered."""
        for n, message in enumerate(sent):
            if n % 10 == 0:
                self._say(f"message {n} of {len(sent)}")
            first = n % len(self.running)
            for each in (*self.running[first:], *self.running[:first]):
                if each.name not in self.lost:
                    with self.missing(each.name):
                        shot = await shoot(each, message, self._address)
                        self.shots += [shot] if n >= WARM else []


def _show(race: Race, counter: str) -> bool:
    by = {who: [shot for shot in race.shots if shot.who == who] for who in (BARE, *CASES, *PEERS) if who not in race.lost}
    every = [shot for shot in race.shots if shot.who in CASES]
    floor = line(BARE, by[BARE], 1.0).p50_ms
    named = {each.name: f"{each.name} {each.version}" for each in race.running if each.name in PEERS}
    lines = [line(named.get(who, who), found, floor) for who, found in by.items() if found]
    if every:
        lines.insert(1 + sum(bool(by[case]) for case in CASES), line(f"{OURS}: all messages", every, floor))
    print(f"\n  one message to one of {len(DESTINATIONS)} destinations and answered; tokens by {counter}\n")
    print(table(lines, (*CASES, f"{OURS}: all messages")))
    print("".join(f"\n  not measured: {reason}" for reason in race.lost.values()))
    for case in CASES:
        print(f"  {case}: {inside(by[case]) if by[case] else 'no message took this path'}")
    for trouble, times in Counter(each for shot in every for each in shot.trouble).most_common():
        print(f"  {times} x {trouble}")
    return not any(missed(each) for each in lines if each.who in CASES)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers", description=__doc__)
    parser.add_argument("--ms", type=float, default=200.0, help="time that a model call takes")
    parser.add_argument("--messages", type=int, default=len(messages()), help="how many; all there are")
    parser.add_argument("--only-ours", action="store_true", help="without peers")
    return parser.parse_args()


async def main(chosen: argparse.Namespace, data: Path) -> bool:
    began = time.monotonic()
    return await measure(chosen, data, lambda text: print(f"{time.monotonic() - began:6.0f} s  {text}", flush=True))


if __name__ == "__main__":
    place = Path(tempfile.mkdtemp(prefix="usher-peers-"))
    place.chmod(0o755)
    try:
        met = asyncio.run(main(arguments(), place))
    except NotThereError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
    finally:
        shutil.rmtree(place, ignore_errors=True)
    sys.exit(0 if met else 1)
