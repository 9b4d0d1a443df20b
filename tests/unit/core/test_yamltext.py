import pytest
from pydantic import BaseModel, ConfigDict

from core.company import Person, parse_hours
from core.errors import InvalidFile
from core.yamltext import parse


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str
    size: int = 1


class Box(BaseModel):
    items: list[Item]


def test_an_error_names_file_line_and_field() -> None:
    with pytest.raises(InvalidFile, match=r"^box.yaml:4: items.1.size: "):
        parse(Box, "items:\n  - name: a\n  - name: b\n    size: big\n", "box.yaml")


def test_a_missing_field_points_at_its_parent() -> None:
    with pytest.raises(InvalidFile, match=r"^box.yaml:2: items.0.name: Field required"):
        parse(Box, "items:\n  - size: 3\n", "box.yaml")


@pytest.mark.parametrize("text", ["", "a: [1", "\x00", "- 1\n- 2", "a: &a *a"])
def test_no_text_escapes_as_anything_but_an_invalid_file(text: str) -> None:
    with pytest.raises(InvalidFile):
        parse(Box, text, "box.yaml")


def test_hours_read_ranges_and_midnight() -> None:
    days = parse_hours({"mon-tue": ("09:00-12:00", "13:00-24:00")}).days
    assert [len(day) for day in days] == [2, 2, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("hours", [{"mun": ("09:00-10:00",)}, {"fri-mon": ("09:00-10:00",)}, {"mon": ("10:00-09:00",)}, {"mon": ("nine",)}])
def test_unreadable_hours_are_refused(hours: dict[str, tuple[str, ...]]) -> None:
    with pytest.raises(ValueError, match="hours"):
        Person(id="a", name="A", email="a@a.example", role="r", hours=hours)
