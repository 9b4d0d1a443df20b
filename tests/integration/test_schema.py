"""Schemathesis: whatever fits the OpenAPI description, and whatever does not, is answered as described and never by a server error."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app import Usher
from channels.api import make_api
from store.database import Database
from tests.integration.test_cross_tenant import House, build
from tests.support.web import usher

EXAMPLES = int(os.environ.get("USHER_TEST_EXAMPLES", "25"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
QUIETLY = settings(
    max_examples=EXAMPLES,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
async def house(database: Database, tmp_path: Path) -> House:
    return await build(usher(database, tmp_path, "north"), "north")


@pytest.fixture
def services(house: House, database_url: str, tmp_path: Path) -> Usher:
    """On connections of its own: Schemathesis runs the app in another thread's event loop."""
    return usher(Database(database_url), tmp_path, "north")


@pytest.mark.timeout(400)
def test_every_operation_answers_as_described(services: Usher, house: House) -> None:
    api = make_api(services)
    schema = schemathesis.openapi.from_asgi("/openapi.json", api).exclude(path=["/health", "/ready"])
    operations = [found.ok() for found in schema.get_all_operations()]  # type: ignore[union-attr]
    assert len(operations) > 20

    @api.get("/close")
    async def close() -> None:
        await services.database.close()

    with asgi.get_client(cast("asgi.ASGIApp", api)) as client:
        tries = [tried(operation, mode, house) for operation in operations for mode in schemathesis.GenerationMode]
        client.get("/close")
    problems = [problem for problem in tries if problem]
    assert not problems, "\n\n".join(problems)


def tried(operation: Any, mode: schemathesis.GenerationMode, house: House) -> str | None:
    """What is wrong with the operation's answers: the first failure that Schemathesis reports."""
    try:
        attempts(operation, mode, house)()
    except Exception as failure:  # noqa: BLE001 - it may be a group of failures or a refusal to generate
        told = [str(each) for each in getattr(failure, "exceptions", [failure])]
        return f"{operation.label} ({mode.value}): {' '.join(told)}"
    return None


def attempts(operation: Any, mode: schemathesis.GenerationMode, house: House) -> Callable[[], None]:
    """Half of the requests name something that is there."""

    @QUIETLY
    @given(case=operation.as_strategy(mode), id=st.sampled_from(house.ids), known=st.booleans())
    def attempt(case: "schemathesis.Case[Any]", id: str, known: bool) -> None:
        if known and "id" in (case.path_parameters or {}):
            case.path_parameters["id"] = id
        case.call_and_validate(headers={"Authorization": f"Bearer {house.secrets['niamh.oconnor']}"}, checks=CHECKS)

    return attempt
