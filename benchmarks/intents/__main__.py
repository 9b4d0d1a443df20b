"""``python -m benchmarks.intents``: intents on public sets, each figure beside its bar and its peers. Never a timed test."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agents.intent.remembered import Remembering
from benchmarks.environments import NotThereError
from benchmarks.intents import baseline, peer
from benchmarks.intents.measure import SPLITS, bounds, judged, speed
from benchmarks.intents.report import Outcome, example, figures, heads, show, speeds
from benchmarks.intents.sets import DRAWS, NAMES, Set, load, smaller
from core.company import Intents
from core.ports import Encoder
from core.yamltext import parse
from knowledge.encoder import OnnxEncoder

if TYPE_CHECKING:
    from agents.intent.figures import Judged
    from agents.intent.model import IntentModel

Say = Callable[[str], None]
ROOT = Path(__file__).resolve().parents[2]
ENCODER = ROOT / "build" / "encoder"


def main() -> int:
    options = arguments()
    sets = {name: _loaded(name, options) for name in options.sets}
    if missing := [name for name, found in sets.items() if not found]:
        print(f"bench-intents: {missing[0]} is not in {options.data}; say where the public sets are with --data", file=sys.stderr)
        return 2
    encoder, began = Remembering(OnnxEncoder(ENCODER), most=None), time.monotonic()

    def say(text: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {text}", file=sys.stderr, flush=True)

    print(heads())
    fine, largest, texts = True, None, list[str]()
    for name, draws in sets.items():
        outcomes = []
        for each in draws:
            model, outcome = _measure(each, encoder, options, say)
            outcomes.append(outcome)
            if largest is None or len(model.texts) > len(largest.texts):
                largest, texts = model, [text for text, _ in each.held]
        counts = f"{len(draws[0].train):,} learned, {len(draws[0].held):,} held out" + (f", {len(draws)} draws" if len(draws) > 1 else "")
        fine &= show(f"{name}: {counts}", figures(name, outcomes))
    assert largest is not None
    fine &= _speed(largest, texts, options, say)
    print(
        f"\n{time.monotonic() - began:.0f} s" + ("; --quick: parts of the sets, whose figures say nothing about the bars" * options.quick)
    )
    return 0 if fine or options.quick else 1


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.intents", description=__doc__)
    parser.add_argument("sets", nargs="*", metavar="SET", help=f"of {', '.join(NAMES)}; none: all")
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data", help="folder of the public sets")
    parser.add_argument("--quick", action="store_true", help="parts of the sets and few splits: does it run?")
    parser.add_argument("--only-ours", action="store_true", help="without baseline and peer")
    options = parser.parse_args()
    if unknown := set(options.sets) - set(NAMES):
        parser.error(f"no set {min(unknown)!r}")
    options.sets = options.sets or list(NAMES)
    return options


def _loaded(name: str, options: argparse.Namespace) -> list[Set]:
    try:
        found = list(load(name, options.data, 1 if options.quick else DRAWS))
    except OSError:
        return []
    return [smaller(each) for each in found] if options.quick else found


def _measure(each: Set, encoder: Encoder, options: argparse.Namespace, say: Say) -> "tuple[IntentModel, Outcome]":
    from agents.intent.training import train

    say(f"{each.name}: {len(each.train):,} to learn from, {len(each.held):,} held out")
    began = time.perf_counter()
    model = train(each.intents, encoder, lambda text: say(f"{each.name}: {text}"))
    train_s = time.perf_counter() - began
    ours = judged(each.held, model.predict_many([text for text, _ in each.held]))
    say(f"{each.name}: random splits")
    splits = bounds(ours, SPLITS // 10 if options.quick else SPLITS)
    if options.only_ours:
        return model, Outcome(ours, splits, train_s, None, None)
    say(f"{each.name}: baseline")
    plain = baseline.judge(each, encoder)
    say(f"{each.name}: semantic-router")
    return model, Outcome(ours, splits, train_s, plain, _peer(each, encoder, say))


def _peer(each: Set, encoder: Encoder, say: Say) -> "Judged | None":
    try:
        return peer.judge(each, encoder, ROOT / "build" / "semantic-router")
    except NotThereError as error:
        say(f"goes on without: {error}")
        return None


def _speed(model: "IntentModel", texts: list[str], options: argparse.Namespace, say: Say) -> bool:
    """Of the model with the most examples, with an encoder that keeps nothing; and how long the example company takes to train."""
    from agents.intent.training import train

    say("speed")
    lines = [*speeds(speed(replace(model, encoder=OnnxEncoder(ENCODER)), texts))]
    if not options.quick:
        file = ROOT / "knowledge" / "example" / "intents.yaml"
        company = parse(Intents, file.read_text("utf-8"), file.name)[0]
        began = time.perf_counter()
        train(company, OnnxEncoder(ENCODER), say)
        lines.append(example(time.perf_counter() - began))
    return show("speed", lines)


if __name__ == "__main__":
    sys.exit(main())
