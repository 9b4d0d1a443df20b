"""Random requests on every route of a web app, made from its own OpenAPI description."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fastapi import FastAPI


@dataclass(frozen=True)
class Operation:
    """One method of one path, as described."""

    method: str
    path: str
    parameters: Sequence[Mapping[str, Any]]
    body: Mapping[str, Any] | None


@dataclass(frozen=True)
class Call:
    """A request to be sent. ``ids`` are those that it names in its path."""

    operation: Operation
    url: str
    query: dict[str, str]
    body: Any
    ids: list[str] = field(default_factory=list)


class Requests:
    """``pool``: strings that a path or a body may name (ids of any kind, people, addresses)."""

    def __init__(self, api: FastAPI, seed: str) -> None:
        described = api.openapi()
        self._schemas, self.random = described["components"]["schemas"], random.Random(seed)
        self.operations = [
            Operation(method.upper(), path, told.get("parameters", ()), _body(told))
            for path, methods in described["paths"].items()
            for method, told in methods.items()
            if "security" in told
        ]

    def any(self, pool: Sequence[str]) -> Call:
        operation = self.random.choice(self.operations)
        url, query, ids = operation.path, {}, []
        for parameter in operation.parameters:
            if parameter["in"] == "path":
                ids.append(self.random.choice(pool))
                url = url.replace(f"{{{parameter['name']}}}", ids[-1])
            elif self.random.random() < 0.5:
                query[parameter["name"]] = str(self.value(parameter["schema"], pool))
        body = None if operation.body is None else self.value(operation.body, pool)
        return Call(operation, url, query, body, ids)

    def value(self, schema: Mapping[str, Any], pool: Sequence[str]) -> Any:
        """A value that mostly fits ``schema``; strings come from ``pool``."""
        if "$ref" in schema:
            return self.value(self._schemas[schema["$ref"].rpartition("/")[2]], pool)
        if options := schema.get("anyOf") or schema.get("oneOf"):
            return self.value(self.random.choice(options), pool)
        if "const" in schema or "enum" in schema:
            return self.random.choice(schema.get("enum") or [schema["const"]])
        match schema.get("type"):
            case "object":
                return self._object(schema, pool)
            case "array":
                return [self.value(schema.get("items", {}), pool) for _ in range(self.random.randint(1, 2))]
            case kind:
                return self._scalar(kind, schema, pool)

    def _object(self, schema: Mapping[str, Any], pool: Sequence[str]) -> dict[str, Any]:
        wanted = schema.get("required", ())
        given = {name: part for name, part in schema.get("properties", {}).items() if name in wanted or self.random.random() < 0.6}
        return {name: self.value(part, pool) for name, part in given.items()}

    def _scalar(self, kind: str | None, schema: Mapping[str, Any], pool: Sequence[str]) -> Any:
        match kind:
            case "integer":
                return self.random.randint(schema.get("minimum", 0), schema.get("maximum", 10))
            case "number":
                return self.random.random()
            case "boolean":
                return self.random.random() < 0.5
            case "string" if schema.get("format") == "date-time":
                return f"2026-03-1{self.random.randint(0, 9)}T12:00:00Z"
            case "string":
                return self.random.choice(pool)[: schema.get("maxLength")]
            case _:
                return None


def _body(told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    content = told.get("requestBody", {}).get("content", {}).get("application/json")
    return content["schema"] if content else None
