"""``make live``: the suite's checks of a chat model against the endpoint that ``USHER_LLM_BASE_URL`` names. Exit 1 when one fails."""

import argparse
import asyncio
import json
import sys
from typing import TYPE_CHECKING

from agents.advisor.answers import Advisor
from agents.models import OpenAIChat
from benchmarks.live.cases import Fared, Recording, load, scribe, tried
from benchmarks.live.checks import Check, checks, figures
from core.errors import UsherError
from core.settings import Settings, load_settings
from knowledge.encoder import OnnxEncoder

if TYPE_CHECKING:
    from agents.material import Grounds

NOTHING = "make live needs USHER_LLM_BASE_URL and USHER_LLM_MODEL (and USHER_LLM_API_KEY where the endpoint wants one)"


def main() -> int:
    arguments = argparse.ArgumentParser(prog="make live", description=__doc__)
    arguments.add_argument("--json", action="store_true", help="one object on stdout")
    arguments.add_argument("--rounds", type=int, default=1, choices=range(1, 101), metavar="N", help="how often each case is asked")
    given = arguments.parse_args()
    try:
        settings = load_settings()
        if not settings.has_model:
            print(NOTHING, file=sys.stderr)
            return 2
        fared = asyncio.run(run(settings, Advisor(OnnxEncoder(settings.encoder)), given.rounds))
    except UsherError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    found, measured = checks(fared, settings.llm_prompt_tokens), figures(fared)
    print(json.dumps(_told(settings, found, measured)) if given.json else _table(settings, found, measured))
    return 0 if all(check.passed for check in found) else 1


async def run(settings: Settings, grounds: "Grounds", rounds: int) -> list[Fared]:
    """Every case in turn; the first call of all is not counted: it opens the connection."""
    from rich.console import Console
    from rich.progress import track

    chat, cases = OpenAIChat.of(settings), load()
    model = Recording(chat)
    writer = scribe(cases, model, grounds, settings.llm_prompt_tokens)
    await tried(cases.cases[0], cases, writer, model)
    asked = [case for _ in range(rounds) for case in cases.cases]
    steps = track(asked, settings.llm_model, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())
    fared = [await tried(case, cases, writer, model) for case in steps]
    await chat.close()
    return fared


def _told(settings: Settings, found: list[Check], measured: dict[str, float]) -> dict[str, object]:
    listed = [{**check._asdict(), "passed": check.passed} for check in found]
    return {"endpoint": settings.llm_base_url, "model": settings.llm_model, "checks": listed, "figures": measured}


def _table(settings: Settings, found: list[Check], measured: dict[str, float]) -> str:
    lines = [f"{settings.llm_model} at {settings.llm_base_url}", ""]
    for check in found:
        mark = "    " if check.least is None else "ok  " if check.passed else "FAIL"
        wanted = "" if check.least is None else f" (wanted {check.least:.0%})"
        lines.append(f"{mark}  {check.name:<50} {check.good:>3} of {check.total}{wanted}{f'  {check.detail}' if check.detail else ''}")
    return "\n".join([*lines, "", "  ".join(f"{name} {value:g}" for name, value in measured.items()) or "nothing was answered"])


if __name__ == "__main__":
    sys.exit(main())
