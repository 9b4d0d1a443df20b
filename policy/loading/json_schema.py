"""The JSON Schema of ``policy.yaml``, so that editors complete and check it: the types, made precise about signals, hours and actions."""

import json
from collections.abc import Mapping
from typing import Any

from core.company import DAYS
from policy.schema import Policy
from policy.signals import SCHEMA, Spec

Schema = dict[str, Any]

URI = "https://json-schema.org/draft/2020-12/schema"
_TEXTS = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
_CONDITIONS: Mapping[str, Schema] = {"flag": {"type": "boolean"}, "number": {"$ref": "#/$defs/Range"}, "text": _TEXTS}
_DAY = "|".join(DAYS)
_CLOCK = r"([01]\d|2[0-3]):[0-5]\d"
_HOURS = {
    "type": "object",
    "propertyNames": {"pattern": f"^({_DAY})(-({_DAY}))?$"},
    "additionalProperties": {"type": "array", "items": {"type": "string", "pattern": f"^{_CLOCK}-({_CLOCK}|24:00)$"}},
}


def json_schema() -> Schema:
    """Draft 2020-12. What it refuses ``policy.loading.load`` refuses as well; names of roles, queues, intents and people are left open."""
    schema = _clean(Policy.model_json_schema(mode="validation"))
    parts = schema["$defs"]
    for rule in (parts["Rule"], parts["Override"]):
        rule["properties"]["when"] = {**rule["properties"]["when"], **_when()}
        rule["anyOf"] = [{"required": ["when"]}, {"required": ["expr"]}]
    parts["ApprovalNeed"] = _need(parts["ApprovalNeed"])
    parts["Outcome"]["allOf"] = _actions()
    parts["Range"]["minProperties"] = 1
    parts["Role"]["properties"]["quiet_hours"].update(_HOURS)
    parts["Queue"]["properties"]["hours"]["anyOf"] = [_HOURS, {"type": "null"}]
    parts["Queue"]["properties"]["limits"]["required"] = ["default"]
    _name_signals(schema["properties"], parts)
    return {"$schema": URI, "title": "policy.yaml", **{key: value for key, value in schema.items() if key != "title"}}


def text() -> str:
    """As it is published."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def _when() -> Schema:
    """Each signal with the conditions that its kind allows."""
    return {"properties": {name: _condition(spec) for name, spec in SCHEMA.items()}, "additionalProperties": False}


def _condition(spec: Spec) -> Schema:
    return {**_CONDITIONS[spec.kind], "description": f"{spec.meaning} ({'verified' if spec.verified else 'read or derived'} {spec.kind})"}


def _need(schema: Schema) -> Schema:
    """A role, or a level, which is another spelling of the role ``level:N``."""
    level = {"type": "integer", "minimum": 0, "maximum": 4, "description": "People of this level or higher."}
    role = {**schema["properties"]["role"], "description": "People of this role."}
    quorum = {**schema["properties"]["quorum"], "description": "How many different people."}
    properties = {"role": role, "level": level, "quorum": quorum}
    return {**schema, "properties": properties, "required": [], "oneOf": [{"required": ["role"]}, {"required": ["level"]}]}


def _actions() -> list[Schema]:
    """Who has a role, a queue, approvals, soft steps: as ``Outcome`` checks them."""
    return [
        {"if": _action("escalate"), "then": {"required": ["role"]}, "else": _without("role")},
        {"if": _action("handoff"), "else": _without("queue")},
        {"if": _action("ignore"), "then": _without("approvals", "spend")},
        {"if": _action("handoff", "escalate"), "else": _without("before")},
    ]


def _action(*actions: str) -> Schema:
    return {"properties": {"action": {"enum": list(actions)}}}


def _without(*names: str) -> Schema:
    return {"properties": dict.fromkeys(names, False)}


def _name_signals(fields: Schema, parts: Schema) -> None:
    """Where a key or an item is the name of a signal, the names that fit."""
    verified = [name for name, spec in SCHEMA.items() if spec.verified]
    rising = [name for name in verified if SCHEMA[name].kind in ("number", "flag")]
    fields["value"]["propertyNames"] = {"enum": verified}
    for card in ("risk", "complexity"):
        fields[card]["propertyNames"] = {"enum": list(SCHEMA)}
    fields["facts"]["propertyNames"] = {"enum": verified}
    fields["monotone"]["items"] = {"enum": rising}
    parts["Quality"]["properties"]["required"]["items"] = {"enum": verified}
    numbers = [name for name, spec in SCHEMA.items() if spec.kind == "number"]
    parts["Outcome"]["properties"]["spend"]["additionalProperties"] = {"enum": numbers}


def _clean(value: Any) -> Any:
    """Without generated titles and what is no JSON Schema; descriptions in plain words, patterns as JSON Schema knows them."""
    if isinstance(value, list):
        return [_clean(each) for each in value]
    if not isinstance(value, dict):
        return value
    kept = {key: _clean(each) for key, each in value.items() if not (key == "title" and isinstance(each, str)) and key != "ge"}
    if isinstance(kept.get("description"), str):
        kept["description"] = plain(kept["description"])
    return kept


def plain(text: str) -> str:
    """A docstring in one paragraph a thought, code in single backticks."""
    return "\n\n".join(" ".join(part.split()) for part in text.replace("``", "`").split("\n\n"))
