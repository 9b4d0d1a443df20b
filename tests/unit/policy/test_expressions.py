import pytest

from core.company import Intents, Roster
from core.errors import InvalidFile
from policy.deciding.match import Reading
from policy.loading.expressions import Expression, compiled
from policy.loading.load import load


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("deal_value > 1000", "numbers are written with a point (100.0)"),
        ("deal_value in [1, 2]", "numbers are written with a point (100.0)"),
        ("deal_valu > 1000.0", "unknown signal 'deal_valu' (did you mean deal_value?)"),
        ("tier == enterprise", "texts stand in quotes"),
        ("tier > 3.0", "'>' does not go with a text and a number"),
        ("strategic == 'yes'", "'==' does not go with a flag and a text"),
        ("deal_value + 1.0", "gives a number, not true or false"),
        ("strategic ? 'a' : 'b'", "gives a text, not true or false"),
        ("strategic and known", "write && for and"),
        ('intent = "churn_risk"', "write == to compare"),
        ("strategic ||", "it ends too early"),
        ("lower(tier) == 'a'", "unknown function 'lower'"),
        ("", "it ends too early"),
    ],
)
def test_what_is_wrong_with_an_expression_is_said_in_one_line_of_an_operators_words(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:
        compiled(text)
    assert problem in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "overload" not in str(caught.value)


def test_the_file_and_line_of_the_rule_are_named(policy_text: str, roster: Roster, intents: Intents) -> None:
    old = "expr: complaint || sentiment <= -0.3 || money_mentioned >= 50000.0"
    line = policy_text[: policy_text.index(old)].count("\n") + 1
    with pytest.raises(InvalidFile) as caught:
        load(policy_text.replace(old, "expr: money_mentioned >= 50000"), "policy.yaml", roster, intents)
    assert str(caught.value).startswith(f"policy.yaml:{line}: rule dispute_of_large_account: expression does not compile")


def test_the_same_text_is_compiled_once() -> None:
    assert compiled("strategic && arr > 1.0") is compiled("strategic && arr > 1.0")


def test_an_expression_knows_the_signals_it_refers_to_and_not_the_words_in_quotes() -> None:
    assert compiled('tier == "region" && deal_value > 1.0').names == {"tier", "deal_value"}
    assert compiled('["a"].exists(tier, tier == "a") || strategic').names == {"strategic"}


def test_an_error_while_it_is_evaluated_denies() -> None:
    assert not compiled('tier.matches("(")').holds({"tier": "a"})
    assert not compiled("int(deal_value) / int(arr) == 0").holds({"deal_value": 1.0})


def test_what_nobody_has_stated_reads_as_nothing_and_so_does_what_is_of_another_type() -> None:
    assert compiled('deal_value == 0.0 && tier == "" && !strategic').holds({})
    assert compiled('deal_value == 0.0 && tier == "" && !strategic').holds(
        {"deal_value": "9", "tier": 1.0, "strategic": "yes", "arr": None}
    )


def test_an_expression_is_evaluated_at_most_once_in_a_decision() -> None:
    class Counting:
        def __init__(self) -> None:
            self.times = 0

        def eval(self, data: dict[str, object]) -> "Counting":
            self.times += 1
            return self

        def value(self) -> bool:
            return True

    program = Counting()
    reading = Reading({"strategic": True})
    expression = Expression("strategic", program, frozenset({"strategic"}))
    assert reading.says(expression)
    assert reading.says(expression)
    assert program.times == 1
