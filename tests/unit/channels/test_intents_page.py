"""The page of ``intents test``, without a browser: what stands in it, and that nothing foreign becomes markup."""

import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import numpy as np

from agents.intent.figures import BOUNDS, Judged, figures
from channels.cli.intents_page import headlines, percent, render

VOID = {"meta", "link", "br"}
TEXTS = ["how much is it", "<script>alert('1')</script> & more", "is it cheap", "my <i>cat</i>"]


def judged(*, outside: bool = True) -> Judged:
    confidence = np.array([0.9, 0.8, 0.7, 0.6])
    truth = ["price", "<b>outage</b>", "price", None if outside else "price"]
    return Judged(truth, ["price", "price", "price", "price"], confidence, confidence, confidence, [["price"]] * 4)


def page(found: Judged) -> str:
    outcome = figures(found, {bound: 0.75 if bound > 0.01 else None for bound in BOUNDS}, [1.0, 2.0])
    return render(found, TEXTS, outcome, "data/tests.csv")


class Parsed(HTMLParser):
    """Fails on a tag that is not closed; collects tags and text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.words = ""
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        assert not any(name in ("src", "href") or name.startswith("on") for name, _ in attrs)
        if tag not in VOID and not tag.startswith("!"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words += data


def test_texts_and_labels_are_escaped_and_the_page_needs_nothing_else() -> None:
    found = Parsed(page(judged()))
    assert not {"script", "img", "link", "iframe", "b", "i"} & found.tags
    for text in (TEXTS[1], TEXTS[3], "<b>outage</b>"):
        assert text in found.words


def test_plots_are_drawn_within_their_frames() -> None:
    html = page(judged())
    plots = [ET.fromstring(f"<svg{part.split('</svg>')[0]}</svg>") for part in html.split("<svg")[1:]]
    assert [plot.get("aria-label") for plot in plots] == ["Reliability diagram", "Risk–coverage curve"]
    for plot in plots:
        left, top, width, height = map(float, str(plot.get("viewBox")).split())
        for dot in plot.iter("circle"):
            assert left <= float(str(dot.get("cx"))) <= left + width
            assert top <= float(str(dot.get("cy"))) <= top + height
    assert sum(1 for _ in plots[1].iter("circle")) == 2  # the bounds with a threshold


def test_without_out_of_scope_texts_the_page_has_no_such_list() -> None:
    assert "surest of" in page(judged())
    assert "surest of" not in page(judged(outside=False))


def test_what_cannot_be_promised_is_said() -> None:
    assert page(judged()).count("nothing is automatic") == 2


def test_every_figure_is_told_in_a_sentence() -> None:
    lines = headlines(figures(judged(outside=False), {}))
    assert all(line.meaning for line in lines)
    assert {line.title: line.value for line in lines}["out-of-scope AUROC"] == "-"
    assert percent(0.0213) == "2.1 %"
