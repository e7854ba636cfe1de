"""The API keeps what its own document says, whatever is asked of it."""

from __future__ import annotations

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from api_values import program, token_for
from desk.api.app import PATH, api_routes
from privacy.desk_roles import Role

MODES = pytest.mark.parametrize("mode", [GenerationMode.POSITIVE, GenerationMode.NEGATIVE])
CALM = {
    "deadline": None,
    "database": None,
    "derandomize": True,
    "phases": [Phase.explicit, Phase.generate],
    "suppress_health_check": list(HealthCheck),
}


def hold(app, mode: GenerationMode, *, examples: int) -> None:
    """Ask every operation so often; an answer that the document does not know fails."""
    headers = {"Authorization": f"Bearer {token_for(app, *Role)}"}
    schema = schemathesis.openapi.from_asgi(f"{PATH}/openapi.json", app, headers=headers)
    asked = 0
    for operation in (one.ok() for one in schema.get_all_operations()):

        @settings(max_examples=examples, **CALM)
        @given(operation.as_strategy(generation_mode=mode))
        def keeps(case) -> None:
            nonlocal asked
            asked += 1
            case.call_and_validate(headers=headers)

        keeps()
    assert asked > len(api_routes())


@MODES
def test_whatever_is_asked_the_answer_is_one_that_the_document_knows(app, references, mode) -> None:
    assert references
    hold(app, mode, examples=6)


@pytest.mark.storm
@pytest.mark.timeout(1800)
@MODES
def test_so_it_is_however_long_one_asks(app, references, mode) -> None:
    assert references
    hold(app, mode, examples=300)


def test_the_document_is_openapi_3_1_and_for_token_holders(app) -> None:
    document = program(app, token_for(app, Role.VIEWER)).get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["servers"] == [{"url": PATH}]
