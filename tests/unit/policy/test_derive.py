"""What follows from the other signals: scores, the chance of winning, the quality of the data, the regulated topic."""

from datetime import UTC, datetime, timedelta

import pytest

from core.types import Signal, SignalValue
from policy.jurisdiction import handled_in, jurisdiction_of, no_model_calls, retention
from policy.loading.load import Compiled
from policy.schema import FactRule, Jurisdiction, Policy, Quality, Topic, Weight
from policy.scoring.derive import derive, explained, rederived, scores
from policy.scoring.quality import grade
from policy.scoring.regulated import topic_in, topic_of
from policy.signals import Facts, facts

NOW = datetime(2026, 3, 10, 14, tzinfo=UTC)


class Half:
    """Every deal is won with a chance of one half."""

    def chance(self, known: Facts) -> float | None:
        return 0.5 if known.get("tier") else None


@pytest.fixture
def plain(policy: Compiled) -> Policy:
    """The example with scorecards small enough to reckon in one's head."""
    parts = {
        "value": {"deal_value": Weight(weight=50, full_at=1000), "tier": Weight(weight=30, of={"team": 0.5})},
        "risk": {"complaint": Weight(weight=40), "regulated_topic": Weight(weight=20, of={"privacy": 1.0})},
        "complexity": {"words": Weight(weight=60, full_at=100), "requests": Weight(weight=60, full_at=2)},
        "data_quality": Quality(required=("tier", "deal_value"), max_age_days=100),
        "facts": {"deal_value": FactRule(max_age=2 * 86400), "health": FactRule(max_age=3600)},
        "regulated": {
            "privacy": Topic(
                intents=("data_protection_request",), phrases=("droit à l'oubli", "Datenpanne"), permissions=frozenset({"privacy"})
            ),
            "export": Topic(phrases=("OFAC",)),
        },
        "jurisdictions": {
            "union": Jurisdiction(regions=("emea",), model_calls=False),
            "all": Jurisdiction(regions=("emea", "amer")),
        },
    }
    return policy.policy.model_copy(update=parts)


def fact(name: str, value: SignalValue, age: timedelta = timedelta(0)) -> Signal:
    return Signal(name=name, value=value, source="crm", observed_at=NOW - age)


def said(name: str, value: SignalValue) -> Signal:
    return Signal(name=name, value=value, source="intent")


def derived(policy: Policy, *signals: Signal) -> dict[str, SignalValue]:
    return {signal.name: signal.value for signal in derive(policy, signals, NOW)}


# ---------------------------------------------------------------- scores


def test_every_scorecard_counts_its_own_signals_and_is_cut_at_a_hundred(plain: Policy) -> None:
    seen = derived(
        plain, fact("deal_value", 500.0), fact("tier", "team"), said("complaint", True), said("words", 300.0), said("requests", 9.0)
    )
    assert (seen["value_score"], seen["risk_score"], seen["complexity_score"]) == (40.0, 40.0, 100.0)


def test_what_a_text_claims_to_be_a_fact_moves_no_score(plain: Policy) -> None:
    claimed = derived(plain, said("deal_value", 1000.0), said("tier", "team"))
    assert (claimed["value_score"], claimed["data_quality"]) == (0.0, 0.0)


def test_the_receipt_shows_what_each_signal_gave(plain: Policy) -> None:
    known = explained(plain, [fact("deal_value", 250.0), said("complaint", True)], NOW)
    assert [(each.signal, each.points) for each in known.value.contributions] == [("deal_value", 12.5)]
    assert [(each.signal, each.points) for each in known.risk.contributions] == [("complaint", 40.0)]
    assert (known.value.score, known.risk.score) == (12.5, 40.0)


def test_deriving_again_changes_nothing_and_looks_at_no_derived_signal(plain: Policy) -> None:
    signals = (fact("deal_value", 500.0), said("intent", "data_protection_request"), said("words", 50.0))
    once = rederived(plain, signals, NOW, Half())
    forged = Signal(name="value_score", value=99.0, source="score")
    assert rederived(plain, (*once, forged), NOW, Half()) == once
    assert scores(plain, facts(once), Half()) == scores(plain, facts(signals), Half())


def test_a_changed_signal_changes_what_follows_from_it(plain: Policy) -> None:
    before = rederived(plain, (fact("deal_value", 500.0),), NOW)
    after = rederived(plain, (*(signal for signal in before if signal.name != "deal_value"), fact("deal_value", 1000.0)), NOW)
    assert facts(after)["value_score"] == 50.0


def test_an_open_deal_has_a_chance_and_an_expected_value(plain: Policy) -> None:
    seen = {signal.name: signal.value for signal in derive(plain, (fact("deal_value", 500.0), fact("tier", "team")), NOW, Half())}
    assert (seen["win_probability"], seen["expected_value"]) == (0.5, 250.0)


@pytest.mark.parametrize("signals", [(), (fact("deal_value", 0.0), fact("tier", "team")), (fact("deal_value", 500.0),)])
def test_without_an_open_deal_or_without_enough_known_there_is_no_chance(plain: Policy, signals: tuple[Signal, ...]) -> None:
    assert not {"win_probability", "expected_value"} & {signal.name for signal in derive(plain, signals, NOW, Half())}


# ---------------------------------------------------------------- how good the data is


def test_a_fact_is_believed_for_as_long_as_its_rule_says(plain: Policy) -> None:
    fresh, stale = fact("deal_value", 5.0, timedelta(days=2)), fact("deal_value", 5.0, timedelta(days=2, seconds=1))
    tier = fact("tier", "team", timedelta(days=99))
    assert grade(plain, [fresh, tier], NOW) == (1.0, ())
    assert grade(plain, [stale, tier], NOW) == (0.5, ("deal_value is over 2 days old, at most 2 days",))


def test_what_is_not_known_and_what_is_stale_is_said_in_words(plain: Policy) -> None:
    quality, gaps = grade(plain, [fact("tier", "team", timedelta(days=300))], NOW)
    assert (quality, gaps) == (0.0, ("tier is 300 days old, at most 100 days", "deal_value is not known"))


def test_a_stale_fact_that_nothing_requires_is_named_and_costs_nothing(plain: Policy) -> None:
    known = [fact("tier", "team"), fact("deal_value", 5.0), fact("health", "red", timedelta(hours=5))]
    assert grade(plain, known, NOW) == (1.0, ("health is 5 hours old, at most 1 hour",))


def test_a_fact_without_a_time_was_looked_up_just_now(plain: Policy) -> None:
    known = [Signal(name=name, value=1.0, source="crm") for name in ("tier", "deal_value")]
    assert grade(plain, known, NOW).quality == 1.0


def test_nothing_required_is_nothing_missing(plain: Policy) -> None:
    free = plain.model_copy(update={"data_quality": Quality(required=()), "facts": {}})
    assert grade(free, [], NOW) == (1.0, ())


# ---------------------------------------------------------------- regulated topics


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("Wir melden eine DATENPANNE.", "privacy"),
        ("Die Datenpannen häufen sich", None),
        ("Je demande le droit  à\nl'oubli", "privacy"),
        ("le droit a l'oubli", None),
        ("Is this covered by ofac?", "export"),
        ("OFAC, and a Datenpanne", "privacy"),
        ("nothing of the kind", None),
        ("", None),
    ],
)
def test_a_topic_is_found_by_whole_words_in_any_case_with_their_accents(plain: Policy, text: str, topic: str | None) -> None:
    assert topic_in(plain, text) == topic


def test_accents_written_in_two_signs_are_the_same(plain: Policy) -> None:
    assert topic_in(plain, "droit a\u0300 l'oubli") == "privacy"


def test_the_intent_makes_a_topic_and_the_first_of_the_file_is_named(plain: Policy) -> None:
    assert topic_of(plain, "data_protection_request", None) == "privacy"
    assert topic_of(plain, "data_protection_request", "export") == "privacy"
    assert topic_of(plain, "small_talk", "export") == "export"
    assert topic_of(plain, None, None) is None


def test_a_topic_weighs_whichever_way_it_came_and_is_said_once(plain: Policy) -> None:
    by_intent = derived(plain, said("intent", "data_protection_request"))
    by_words = derived(plain, said("regulated_topic", "privacy"))
    assert by_intent["risk_score"] == by_words["risk_score"] == 20.0
    assert by_intent["regulated_topic"] == "privacy"
    assert "regulated_topic" not in by_words, "it is stated already"


# ---------------------------------------------------------------- jurisdictions


def test_the_first_jurisdiction_that_lists_the_region_applies(plain: Policy) -> None:
    assert [jurisdiction_of(plain, {"region": region}) for region in ("emea", "amer", "apac", None)] == ["union", "all", None, None]


def test_text_is_kept_from_a_model_where_the_law_says_so_or_might(plain: Policy) -> None:
    assert no_model_calls(plain, {"region": "emea"}) == "union keeps text here"
    assert no_model_calls(plain, {"region": "amer"}) is None
    assert no_model_calls(plain, {"region": "apac"}) == "the customer's region is of no jurisdiction, and union keeps text here"
    assert no_model_calls(plain, {"region": "EMEA"}) == "union keeps text here"
    assert no_model_calls(plain, {}) == "the customer's region is not known, and union keeps text here"


def test_where_no_law_forbids_it_an_unknown_region_does_not_matter(policy: Compiled) -> None:
    assert no_model_calls(policy.policy, {}) is None


def residency(plain: Policy, **laws: Jurisdiction) -> Policy:
    return plain.model_copy(update={"jurisdictions": laws})


EUROPE = Jurisdiction(regions=("emea",), handled_in=("emea",), model_calls=False)


@pytest.mark.parametrize("region", ["emea", "EMEA", " Emea ", "Germany", "", None])
def test_whoever_may_be_of_a_jurisdiction_is_treated_as_if_they_were(plain: Policy, region: str | None) -> None:
    policy = residency(plain, europe=EUROPE, elsewhere=Jurisdiction(regions=("amer",)))
    assert handled_in(policy, {"region": region}) == ("emea",)
    assert no_model_calls(policy, {"region": region})
    assert handled_in(policy, {"region": "amer"}) == ()


def test_of_several_restrictions_what_they_have_in_common_holds_for_whoever_is_of_none(plain: Policy) -> None:
    america = Jurisdiction(regions=("amer",), handled_in=("amer", "EMEA"))
    assert handled_in(residency(plain, europe=EUROPE, america=america), {"region": "apac"}) == ("emea",)


@pytest.mark.parametrize("region", ["Germany", "apac", None])
def test_a_jurisdiction_of_everybody_else_takes_whoever_no_other_lists(plain: Policy, region: str | None) -> None:
    policy = residency(plain, europe=EUROPE, elsewhere=Jurisdiction(regions=("amer", "*")))
    assert jurisdiction_of(policy, {"region": region}) == "elsewhere"
    assert (handled_in(policy, {"region": region}), no_model_calls(policy, {"region": region})) == ((), None)
    assert handled_in(policy, {"region": "EMEA"}) == ("emea",)


def test_only_a_jurisdiction_that_names_a_time_has_one(plain: Policy) -> None:
    laws = {**plain.jurisdictions, "year": Jurisdiction(regions=("apac",), retention=365 * 86400)}
    assert retention(plain.model_copy(update={"jurisdictions": laws})) == {"year": timedelta(days=365)}
