from datetime import date
from pathlib import Path

import pytest

from core.errors import InvalidFile
from knowledge.deals import read_deals
from tests.unit.knowledge.conftest import EXAMPLE

HEAD = "id,closed_on,tier,deal_value_usd,strategic,decision_maker,urgency,won\n"


def written(folder: Path, text: str) -> Path:
    path = folder / "deals.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_columns_become_signals_and_what_a_text_said_does_not(tmp_path: Path) -> None:
    (deal,) = read_deals(written(tmp_path, HEAD + "D1,2025-03-01,team,1200,1,0,0.9,yes\n"))
    assert (deal.id, deal.closed_on, deal.won) == ("D1", date(2025, 3, 1), True)
    assert deal.known == {"tier": "team", "deal_value": 1200.0, "strategic": True, "title_seniority": "staff"}


def test_an_empty_cell_is_not_known(tmp_path: Path) -> None:
    (deal,) = read_deals(written(tmp_path, HEAD + "D1,2025-03-01,,,,1,,0\n"))
    assert deal.known == {"title_seniority": "executive"}


def test_a_company_may_have_no_deals(tmp_path: Path) -> None:
    assert read_deals(tmp_path / "deals.csv") == ()


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("id,won\nD1,1\n", 1, "column 'closed_on' is missing"),
        ("id,closed_on,won,won\n", 1, "stands there twice"),
        (HEAD + "D1,2025-03-01,team,1200,1,0,0.9,1\nD2,soon,team,1200,1,0,0.9,1\n", 3, "closed_on: 'soon' cannot be read"),
        (HEAD + "D1,2025-03-01,team,-5,1,0,0.9,1\n", 2, "deal_value_usd: '-5' cannot be read"),
        (HEAD + "D1,2025-03-01,team,nan,1,0,0.9,1\n", 2, "deal_value_usd: 'nan' cannot be read"),
        (HEAD + "D1,2025-03-01,team,5,1,0,0.9,maybe\n", 2, "won: 'maybe' cannot be read"),
        (HEAD + "D1,2025-03-01,team,5,1,0,0.9,\n", 2, "won is empty"),
        (HEAD + "D1,2025-03-01,team,5\n", 2, "4 cells where 8 are wanted"),
        (HEAD + "D1,2025-03-01,team,5,1,0,0.9,1\nD1,2025-03-02,team,5,1,0,0.9,1\n", 3, "id: an earlier row has it"),
        (HEAD + 'D1,2025-03-01,"te"am,5,1,0,0.9,1\n', 2, "not CSV"),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, line: int, problem: str) -> None:
    with pytest.raises(InvalidFile) as caught:
        read_deals(written(tmp_path, text))
    assert caught.value.line == line
    assert problem in str(caught.value)


def test_the_example_deals_can_all_be_read() -> None:
    deals = read_deals(EXAMPLE / "deals.csv")
    assert len(deals) == 2400
    assert {name for deal in deals for name in deal.known} == {
        "tier",
        "deal_value",
        "seats",
        "days_to_renewal",
        "strategic",
        "region",
        "title_seniority",
    }
