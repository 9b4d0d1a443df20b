import pytest

from agents.intent.data import read_intents
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
