"""The tables are complete: a row for every error of the contract, an operation for every route."""

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from starlette.routing import Route

import mission_collaboration as package
from app.api.endpoints import OPERATIONS
from app.problems import KINDS
from mission_collaboration.contract.errors import EventRefusedError, SpecKittyEventsError
from mission_collaboration.decoding.refusals import RequestRefusedError
from tests.support.client import Client

PAGES = ("/openapi.json", "/docs", "/redoc", "/explore", "/assets/{file}", "/docs/assets/{file}")

STATUSES = {
    400: ("malformed-json", "too-deep"),
    404: ("not-found", "unknown-schema", "unknown-problem"),
    405: ("method-not-allowed",),
    406: ("not-acceptable",),
    409: ("late-events",),
    413: ("body-too-large", "too-many-events", "event-too-large"),
    415: ("unsupported-media-type",),
    422: (
        "invalid-request",
        "malformed-payload",
        "unknown-participant",
        "departed-participant",
        "unknown-warning",
        "unmatched-completion",
        "conflicting-duplicate",
        "mission-mismatch",
        "unknown-event-type",
        "bad-checkpoint",
    ),
    500: ("internal",),
}
"""The codes of the API and their status."""


def descendants(error: type[SpecKittyEventsError]) -> Iterator[type[SpecKittyEventsError]]:
    for child in error.__subclasses__():
        yield child
        yield from descendants(child)


def raised_errors() -> set[type[SpecKittyEventsError]]:
    """List every error of the contract that is raised itself: the two that only group others are not."""
    for module in pkgutil.walk_packages(package.__path__, "mission_collaboration."):
        if not module.name.endswith("__main__") and ".replay" not in module.name:
            importlib.import_module(module.name)
    ours = {
        error for error in descendants(SpecKittyEventsError) if error.__module__.startswith("mission_collaboration.")
    }
    return ours - {EventRefusedError, RequestRefusedError}


def test_every_error_of_the_contract_has_its_row() -> None:
    codes = {error.__name__: error.code for error in raised_errors()}
    assert len(codes) >= 10
    assert {name for name, code in codes.items() if code not in KINDS} == set()


def test_every_error_of_the_contract_has_a_code_of_its_own() -> None:
    """But for a request that is wrong, and for another mission: that of an event, or that of a checkpoint."""
    codes = [error.code for error in raised_errors() if error.code not in ("invalid-request", "mission-mismatch")]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(("status", "codes"), STATUSES.items())
def test_every_code_has_its_status(status: int, codes: tuple[str, ...]) -> None:
    assert {code: KINDS[code].status for code in codes} == dict.fromkeys(codes, status)


def test_every_code_has_a_title_of_its_own_and_a_status_of_an_error() -> None:
    titles = [kind.title for kind in KINDS.values()]
    assert len(set(titles)) == len(titles)
    assert all(titles)
    assert all(400 <= kind.status <= 599 for kind in KINDS.values())
    assert all(code == code.lower() and " " not in code for code in KINDS)


def test_every_route_has_its_operation_and_the_reverse(client: Client) -> None:
    routes = {
        (method.lower(), route.path)
        for route in client.app.routes
        if isinstance(route, Route) and route.path not in PAGES
        for method in route.methods or ()
        if method != "HEAD"
    }
    operations = [(operation.method, operation.path) for operation in OPERATIONS]
    assert set(operations) == routes
    assert len(set(operations)) == len(operations) >= 8


def test_every_request_with_a_body_can_meet_a_full_a_stopping_and_a_lost_process() -> None:
    lost = {"overloaded", "shutting-down", "worker-lost"}
    assert [each.path for each in OPERATIONS if each.request and not lost <= set(each.problems)] == []


def test_every_code_that_an_operation_names_has_its_row() -> None:
    assert {code for operation in OPERATIONS for code in operation.problems} <= set(KINDS)
