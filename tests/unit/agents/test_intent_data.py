import csv
import io
import json
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.intent.data import doubts, load_intents, read_intents, read_rows
from core.errors import InvalidFile

CSV = 'text,intent\nhow much,price\n"a, b",price\nis it down,outage\nmy cat,out_of_scope\nmy dog,oos\n'


def test_csv_rows_become_intents_and_out_of_scope_texts() -> None:
    found = read_intents(CSV, "data.csv")
    assert {intent.name: intent.utterances for intent in found.intents} == {"price": ("how much", "a, b"), "outage": ("is it down",)}
    assert set(found.out_of_scope) == {"my cat", "my dog"}


def test_json_lines_are_read_alike() -> None:
    lines = '{"text": "how much", "intent": "price"}\n\n{"text": "is it down", "intent": "outage", "extra": 1}\n'
    assert [intent.name for intent in read_intents(lines, "d.jsonl").intents] == ["price", "outage"]


def test_yaml_is_the_company_folders_own_shape() -> None:
    text = "intents:\n- {name: a, utterances: [x]}\n- {name: b, utterances: [y]}\n"
    assert [intent.name for intent in read_intents(text, "d.yml").intents] == ["a", "b"]


def test_labels_are_any_strings() -> None:
    found = read_intents("text,intent\nx,Größe #7 / ж\ny,b\n", "d.csv")
    assert found.intents[0].name == "Größe #7 / ж"


def test_a_byte_order_mark_and_crlf_do_no_harm() -> None:
    assert len(read_intents("\ufefftext,intent\r\nx,a\r\ny,b\r\n", "d.csv").intents) == 2


@pytest.mark.parametrize(
    ("text", "file", "line"),
    [
        ("text,label\nx,a\n", "d.csv", 1),
        ("text,intent\nx,a\n  ,b\n", "d.csv", 3),
        ("text,intent\nx,a\ny\n", "d.csv", 3),
        ('{"text": "x", "intent": "a"}\n{"text": "x"', "d.jsonl", 2),
        ('{"text": "x", "intent": "a"}\n["x"]', "d.jsonl", 2),
        ('{"text": "x", "intent": "a"}\n{"text": 5, "intent": "a"}', "d.jsonl", 2),
        ('{"text": "x", "intent": "a"}\n{"text": "y", "intent": null}', "d.jsonl", 2),
        ('{"text": "x", "intent": "a"}\n\n{"text": "y", "intent": 7}', "d.jsonl", 3),
        ("text,intent\nx,a\ny, \n", "d.csv", 3),
        ("text,intent\na text, with a comma,a\ny,b\n", "d.csv", 2),
        ('text,intent\n"of\ntwo lines",a\n\n,b\n', "d.csv", 5),
        ('text,intent\nx,a\n"never closed,b\nz,a\n', "d.csv", 3),
        (f"text,intent\nx,a\ny,{'b' * 201}\n", "d.csv", 3),
        ("text,intent,intent\nx,a,b\n", "d.csv", 1),
        ("a: [x, y]\nb:\n- z\n- {nested: text}\n", "d.yaml", 4),
        ("- {text: x, intent: a}\n- {text: y}\n", "d.yaml", 2),
        ("intents:\n- {name: a, utterances: [x]}\n- {name: b, utterances: []}\n", "d.yaml", 3),
        ("a: [x\n", "d.yaml", 2),
    ],
)
def test_an_error_names_the_row(text: str, file: str, line: int) -> None:
    with pytest.raises(InvalidFile) as raised:
        read_intents(text, file)
    assert raised.value.line == line


@pytest.mark.parametrize(
    ("text", "file"), [("", "d.csv"), ("text,intent\n", "d.csv"), ("text,intent\nx,a\n", "d.csv"), ("{}", "d.yaml"), ("x", "d.txt")]
)
def test_too_little_to_learn_from_is_an_error(text: str, file: str) -> None:
    with pytest.raises(InvalidFile, match=r"^d\."):
        read_intents(text, file)


@pytest.mark.parametrize("row", ["x,utterance", "x", ""])
def test_an_error_of_the_first_row_says_what_it_names(row: str) -> None:
    with pytest.raises(InvalidFile, match="must name the columns text and intent"):
        read_intents(f"{row}\nx,a\n", "d.csv")


def test_semicolons_and_tabs_separate_when_the_first_row_says_so() -> None:
    wanted = [("a, b; c", "price"), ("x", "outage")]
    for text, file in (
        ('intent;text\nprice;"a, b; c"\noutage;x\n', "d.csv"),
        ("Text\tIntent\na, b; c\tprice\nx\toutage\n", "d.tsv"),
    ):
        assert [(row.text, row.intent) for row in read_rows(text, file)] == wanted


def test_a_mapping_of_labels_to_texts_is_yaml_too() -> None:
    text = "price: [how much]\noutage:\n- is it down\n- no\nintents: what are intents\noos: [my cat]\nprice: [what costs it]\n"
    found = read_intents(text, "d.yaml")
    assert {each.name: each.utterances for each in found.intents} == {
        "price": ("how much", "what costs it"),
        "outage": ("is it down", "no"),
        "intents": ("what are intents",),
    }
    assert found.out_of_scope == ("my cat",)


def test_yaml_labels_stay_as_they_are_written() -> None:
    text = "yes: [x]\nno: [y]\n1: [z]\nnull: [w]\n2024-99-99: [v]\n1.50: [1e3]\n"
    found = read_intents(text, "d.yaml")
    assert [each.name for each in found.intents] == ["yes", "no", "1", "null", "2024-99-99", "1.50"]
    assert found.intents[-1].utterances == ("1e3",)


def test_a_list_of_rows_is_yaml_too() -> None:
    rows = read_rows("- {text: x, intent: on}\n- intent: oos\n  text: y\n", "d.yml")
    assert [(row.text, row.intent, row.line) for row in rows] == [("x", "on", 1), ("y", None, 2)]


def test_half_a_character_pair_is_no_reason_to_refuse_a_file() -> None:
    rows = read_rows('{"text": "ok \\ud83d", "intent": "a"}\n', "d.jsonl")
    assert rows[0].text == "ok ?"


def test_rows_for_a_test_may_be_of_one_label() -> None:
    assert len(read_rows("text,intent\nx,a\ny,a\n", "d.csv")) == 2


def test_a_thousand_intents_are_the_most() -> None:
    rows = "".join(f"text {at},intent {at}\n" for at in range(1_001))
    assert len(read_intents("text,intent\n" + rows.rpartition("text")[0], "d.csv").intents) == 1_000
    with pytest.raises(InvalidFile) as raised:
        read_intents("text,intent\n" + rows, "d.csv")
    assert raised.value.line == 1_002


def test_a_text_under_several_labels_is_named_and_kept() -> None:
    found = read_intents("text,intent\nis it down,outage\nis it down,price\nhow much,price\n", "d.csv")
    assert sum(len(each.utterances) for each in found.intents) == 3
    assert doubts(found) == ["one text has several labels and counts for each: “is it down” is “outage” and “price”"]
    assert doubts(read_intents(CSV, "d.csv")) == []


def test_a_file_that_is_no_utf_8_names_the_row(tmp_path: Path) -> None:
    file = tmp_path / "d.csv"
    file.write_bytes(b"text,intent\nx,a\nGr\xf6\xdfe,b\n")
    with pytest.raises(InvalidFile, match=r"d\.csv:3: is not UTF-8"):
        load_intents(file)
    with pytest.raises(InvalidFile, match="is a directory"):
        load_intents(tmp_path)


texts = st.text(st.characters(codec="utf-8"), min_size=1).filter(lambda text: text.strip())
labels = st.text(st.characters(codec="utf-8"), min_size=1, max_size=50).filter(lambda text: text.strip())


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(texts, labels), min_size=1, max_size=5))
def test_whatever_people_write_is_read_alike_from_every_format(rows: list[tuple[str, str]]) -> None:
    wanted = [(text.strip(), None if label.strip().casefold() in ("oos", "out_of_scope") else label.strip()) for text, label in rows]
    table = io.StringIO(newline="")
    csv.writer(table).writerows([("text", "intent"), *rows])
    objects = [{"text": text, "intent": label} for text, label in rows]
    files = {
        "d.csv": table.getvalue(),
        "d.jsonl": "\n".join(json.dumps(each) for each in objects),
        "e.jsonl": "\r\n".join(json.dumps(each, ensure_ascii=False) for each in objects),
        "d.yaml": yaml.safe_dump(objects),
    }
    for file, text in files.items():
        assert [(row.text, row.intent) for row in read_rows(text, file)] == wanted, file
