"""``intents train | predict | test`` on data of one's own, as a process."""

import json
from pathlib import Path

import pytest

from tests.acceptance.conftest import Cli

WORDS = {
    "是价格": ["多少钱 {}", "how much is plan {}", "what does {} cost", "price of {} please", "is {} expensive"],
    "no": ["the {} is broken", "{} does not work", "error in {}", "{} crashed again", "cannot open {}"],
    "1": ["cancel {} for me", "stop my {}", "I want to end {}", "terminate {} now", "please close my {}"],
    "🚚 delivery / Größe": ["where is my {}", "when does {} arrive", "track the parcel with {}", "{} was not delivered", "shipping of {}"],
}
THINGS = ("phone", "lamp", "order", "book", "chair")
OUTSIDE = [f"tell me a joke about {thing}s on the moon" for thing in THINGS]
LEARNED = [(text.format(thing), label) for label, texts in WORDS.items() for text in texts for thing in THINGS[:4]]
HELD = [(text.format(THINGS[4]), label) for label, texts in WORDS.items() for text in texts]


@pytest.fixture(scope="module")
def trained(shared: Cli, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that was learned from JSON Lines with any labels."""
    folder = tmp_path_factory.mktemp("own")
    lines = [json.dumps({"text": text, "intent": label}) for text, label in LEARNED]
    lines += [json.dumps({"text": text, "intent": "oos"}) for text in OUTSIDE[:4]]
    (folder / "data.jsonl").write_text("\n".join(lines), encoding="utf-8")
    done = shared("intents", "train", folder / "data.jsonl", "--out", folder / "model", "--json")
    assert done.code == 0, done.err
    return folder / "model"


@pytest.fixture
def held(tmp_path: Path) -> Path:
    """The texts that it has not seen, as YAML: label → texts."""
    by_label: dict[str, list[str]] = {}
    for text, label in [*HELD, (OUTSIDE[4], "out_of_scope")]:
        by_label.setdefault(label, []).append(text)
    file = tmp_path / "held.yaml"
    file.write_text(json.dumps(by_label, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    return file


def test_a_test_gives_every_figure_and_a_page(shared: Cli, trained: Path, held: Path) -> None:
    done = shared("intents", "test", held, "--model", trained, "--json")
    assert done.code == 0, done.err
    found = done.lines[-1]
    assert found["n"] == 21
    assert found["out_of_scope"] == 1
    assert found["accuracy"] >= 0.9
    assert 0 <= found["macro_f1"] <= 1
    assert {"oos_auroc", "oos_recall_at_95", "ece", "ece_floor", "coverage", "set_size", "latency_ms"} <= found.keys()
    assert [row["bound"] for row in found["risk"]] == [0.005, 0.01, 0.02, 0.05]
    assert all({"bound", "threshold", "automatic", "wrong"} <= row.keys() for row in found["risk"])
    assert 0 < found["latency_ms"]["p50"] <= found["latency_ms"]["p95"]
    page = Path(found["page"])
    assert page == trained / "report.html"
    assert "🚚 delivery / Größe" in page.read_text(encoding="utf-8")


def test_a_test_prints_a_table_and_writes_the_page_where_asked(shared: Cli, trained: Path, held: Path, tmp_path: Path) -> None:
    done = shared("intents", "test", held, "--model", trained, "--page", tmp_path / "a" / "b.html")
    assert done.code == 0, done.err
    assert "accuracy" in done.out
    assert str(tmp_path / "a" / "b.html") in done.out
    assert [file.name for file in (tmp_path / "a").iterdir()] == ["b.html"]


def test_labels_come_back_as_they_were_written(shared: Cli, trained: Path) -> None:
    done = shared("intents", "predict", "--model", trained, "--json", stdin="the lamp is broken\n多少钱 lamp\n")
    assert [line["labels"][0]["label"] for line in done.lines] == ["no", "是价格"]


def test_markup_in_labels_and_texts_is_printed_as_it_is(shared: Cli, tmp_path: Path) -> None:
    (tmp_path / "d.yaml").write_text('"[/bold] x": [where is it]\n"[red]": [I hate it, i do not like it]\n', encoding="utf-8")
    assert shared("intents", "train", tmp_path / "d.yaml", "--out", tmp_path / "m").code == 0
    done = shared("intents", "predict", "--model", tmp_path / "m", stdin="where is it [/]\n")
    assert done.code == 0, done.err
    assert "where is it [/]" in done.out
    assert "[/bold] x" in done.out


def test_the_company_s_own_model_is_tested_without_a_folder(usher: Cli, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("text,intent\nI would like to speak to a real person,human_request\n", encoding="utf-8")
    done = usher("intents", "test", tmp_path / "d.csv", "--page", tmp_path / "p.html", "--json")
    assert done.code == 0, done.err
    assert done.lines[-1]["accuracy"] == 1.0


def test_intents_that_the_model_does_not_know_are_said(shared: Cli, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("text,intent\nx,unheard of\nthe lamp is broken,no\n", encoding="utf-8")
    done = shared("intents", "test", tmp_path / "d.csv", "--model", trained, "--json", "--page", tmp_path / "p.html")
    assert done.lines[-1]["accuracy"] == 0.5
    assert "unheard of" in done.err


@pytest.mark.parametrize("command", ["train", "test"])
def test_a_row_that_cannot_be_used_is_named_and_nothing_is_written(command: str, shared: Cli, trained: Path, tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("text,intent\nx,a\ny,b\n,b\n", encoding="utf-8")
    place = tmp_path / "out"
    options = ("--out", place) if command == "train" else ("--model", trained, "--page", place)
    done = shared("intents", command, tmp_path / "d.csv", *options)
    assert done.code == 2
    assert len(done.problems) == 1
    assert "d.csv:4: has no text" in done.err
    assert not place.exists()


def test_a_page_that_cannot_be_written_is_one_clear_error(shared: Cli, trained: Path, held: Path) -> None:
    done = shared("intents", "test", held, "--model", trained, "--page", "/proc/none/page.html")
    assert done.code == 2
    assert len(done.problems) == 1
    assert done.out == ""
