"""The public sets as handbooks with questions. Raises OSError for a file that is not there."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

_HASH = re.compile(r"^(\s*)(#|-{2}|==|```|~~~)", re.MULTILINE)


class Page(NamedTuple):
    document: str
    title: str
    text: str


class Asked(NamedTuple):
    """``gold`` are the documents that answer; none for a question that no document answers."""

    question: str
    gold: tuple[str, ...]


class Set(NamedTuple):
    """A handbook of one ``tenant``, and what is asked of it."""

    tenant: str
    pages: tuple[Page, ...]
    asked: tuple[Asked, ...]

    def smaller(self, most: int) -> "Set":
        """Every so many-th question, to see that everything runs. Its figures say nothing about the bars."""
        return self._replace(asked=self.asked[:: max(1, len(self.asked) // most)])


def techqa(data: Path) -> Set:
    """480 questions to 337 pooled documents of technical support; no document answers 96 of them."""
    folder = data / "techqa_sample"
    pages = tuple(_note(row) for row in _rows(folder / "corpus_pooled.jsonl"))
    rows = _rows(folder / "techqa_rag_eval_480.jsonl")
    asked = (Asked(row["question"], tuple(each["filename"] for each in row["contexts"])) for row in rows)
    return Set("techqa", pages, tuple(asked))


def _note(row: dict[str, Any]) -> Page:
    head, _, text = row["text"].partition("\n")
    return Page(row["id"], head.removeprefix("Title:").strip(), text.strip().removeprefix("Text:"))


def policyqa(data: Path) -> Iterator[Set]:
    """One for each web site of the development and test parts: its privacy policy, a page for each passage, and the questions whose
    answers the annotators found in one or more of them."""
    for part in ("dev", "test"):
        with (data / "policyqa" / f"{part}.json").open(encoding="utf-8") as file:
            sites = json.load(file)["data"]
        for at, site in enumerate(sites):
            yield _site(f"{part}-{at}", site)


def _site(tenant: str, site: dict[str, Any]) -> Set:
    texts: dict[str, str] = {}
    gold: dict[str, dict[str, None]] = {}
    for paragraph in site["paragraphs"]:
        document = texts.setdefault(paragraph["context"], f"p{len(texts)}")
        for each in paragraph["qas"]:
            gold.setdefault(each["question"], {})[document] = None
    pages = tuple(Page(document, site["title"], text) for text, document in texts.items())
    return Set(f"policyqa-{tenant}", pages, tuple(Asked(question, tuple(found)) for question, found in gold.items()))


def markdown(page: Page) -> str:
    """The page as a handbook has it. What reads like a heading or a fence within running text is none."""
    head = f"---\ntitle: {json.dumps(page.title, ensure_ascii=False)}\naudience: public\n---\n"
    text = _HASH.sub(r"\1\\\2", page.text)
    return f"{head}\n# {' '.join(page.title.split())}\n\n{text}\n"


def _rows(file: Path) -> list[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]
