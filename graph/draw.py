"""Draws the turn from the graph itself: ``python -m graph.draw`` rewrites the drawing in ``docs/explanation/one-turn.md``."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from agents.crew import Crew

PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "one-turn.md"
_PLACE = re.compile(r"(<!-- graph -->\n).*?(<!-- /graph -->)", re.DOTALL)


def mermaid() -> str:
    """The compiled graph as a Mermaid flow chart."""
    from graph.build import build
    from graph.nodes import Nodes

    drawing = build(Nodes(cast("Crew", None))).get_graph().draw_mermaid(with_styles=False)
    return drawing.replace("__start__", "message").replace("__end__", "receipt")


def page_with(drawing: str) -> str:
    """The page as it should be."""
    return _PLACE.sub(lambda match: f"{match[1]}```mermaid\n{drawing.strip()}\n```\n{match[2]}", PAGE.read_text("utf-8"))


if __name__ == "__main__":
    PAGE.write_text(page_with(mermaid()), "utf-8")
