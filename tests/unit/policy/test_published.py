"""What is published about policy.yaml is what the code does."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema_rs import validator_for

from policy.loading.json_schema import json_schema, text
from policy.loading.reference import reference
from policy.schema import Policy
from policy.signals import SCHEMA

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "reference" / "policy.schema.json"
POLICIES = ("knowledge/example/policy.yaml", "benchmarks/company/policy.yaml", "channels/cli/starter/policy.yaml")


def problems(policy: dict[str, Any]) -> list[str]:
    """As an editor shows them; YAML's own dates are texts there."""
    return [error.message for error in validator_for(json_schema()).iter_errors(json.loads(json.dumps(policy, default=str)))]


def example() -> dict[str, Any]:
    policy: dict[str, Any] = yaml.safe_load((ROOT / POLICIES[0]).read_text("utf-8"))
    return policy


def test_the_published_schema_is_up_to_date() -> None:
    assert PUBLISHED.read_text("utf-8") == text(), "write it again: python app.py policy schema > docs/reference/policy.schema.json"


def test_the_published_reference_is_up_to_date() -> None:
    page = (ROOT / "docs" / "reference" / "policy.md").read_text("utf-8")
    assert page == reference(), "write it again: python app.py policy reference > docs/reference/policy.md"


@pytest.mark.parametrize("file", POLICIES)
def test_the_policies_that_ship_are_valid(file: str) -> None:
    assert problems(yaml.safe_load((ROOT / file).read_text("utf-8"))) == []


def test_the_examples_first_line_names_the_schema() -> None:
    file = ROOT / POLICIES[0]
    first = file.read_text("utf-8").splitlines()[0]
    _, _, path = first.partition("# yaml-language-server: $schema=")
    assert (file.parent / path).resolve() == PUBLISHED


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rulez": []}, "an unknown field"),
        ({"approval_expires": "soon"}, "no duration"),
        ({"monotone": ["tier"]}, "a text cannot rise"),
        ({"value": {"urgency": {"weight": 5}}}, "text would move the value"),
        ({"data_quality": {"required": ["intent"]}}, "nobody verifies an intent"),
        ({"roles": {"agent": {"level": 5, "title": "Agent"}}}, "no such level"),
        ({"roles": {"agent": {"level": 1, "title": "Agent", "quiet_hours": {"monday": ["9-17"]}}}}, "no hours"),
        ({"roles": {"agent": {"level": 1, "title": "Agent", "approvals": [{"role": "lead", "level": 2}]}}}, "role and level"),
    ],
)
def test_a_broken_policy_is_not_valid(change: dict[str, Any], why: str) -> None:
    assert problems({**example(), **change}), why


@pytest.mark.parametrize(
    "rule",
    [
        {"when": {"tier": {"at_least": 3}}},
        {"when": {"deal_value": "large"}},
        {"when": {"deal_value": {}}},
        {"when": {"strategic": "yes"}},
        {"when": {"mood": True}},
        {"when": {"known": True}, "then": {"action": "escalate"}},
        {"when": {"known": True}, "then": {"action": "answer", "queue": "support"}},
        {"when": {"known": True}, "then": {"action": "ignore", "approvals": [{"role": "lead"}]}},
        {"when": {"known": True}, "then": {"action": "answer", "before": [{"clarify": True}]}},
        {"when": {"known": True}, "then": {"action": "shout"}},
        {"expr": "known", "then": {"action": "handoff", "spend": {"refund_usd": "tier"}}},
        {},
    ],
)
def test_a_broken_rule_is_not_valid_and_does_not_load(rule: dict[str, Any]) -> None:
    whole = {"name": "a_rule", "then": {"action": "handoff"}, "because": "a reason", **rule}
    assert problems({**example(), "rules": [whole]})


def test_every_field_of_the_policy_says_what_it_means() -> None:
    schema = json_schema()
    silent = [
        f"{title}.{name}"
        for title, part in {"Policy": schema, **schema["$defs"]}.items()
        for name, field in part["properties"].items()
        if not field.get("description")
    ]
    assert silent == []


def test_every_signal_is_in_the_schema_with_its_meaning_and_in_the_reference() -> None:
    conditions = json_schema()["$defs"]["Rule"]["properties"]["when"]["properties"]
    page = reference()
    for name, spec in SCHEMA.items():
        assert spec.meaning in conditions[name]["description"]
        assert f"| `{name}` | {spec.kind} |" in page


def test_a_duration_is_a_number_of_seconds_or_written_out() -> None:
    for good in (90, "15m", "4h", "2d"):
        assert problems({**example(), "approval_expires": good}) == []
        assert Policy.model_validate({**example(), "approval_expires": good}).approval_expires > 0
