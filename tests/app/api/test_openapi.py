"""`GET /openapi.json`: complete, without a loose end, and true of what the service answers."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

from mission_collaboration.contract.schemas import PUBLISHED_MODELS
from tests.support import builders as build
from tests.support import story
from tests.support.client import JSON_TYPE, Client, Json

SNAPSHOT = Path(__file__).parents[3] / "openapi.json"


@pytest.fixture(scope="module")
def document(client: Client) -> Json:
    """Fetch the document as a reader does."""
    answer = client.get("/openapi.json")
    assert answer.headers["content-type"] == "application/json"
    found: Json = answer.json()
    return found


def nodes(node: Any) -> Iterator[Json]:
    """Walk through every object of a document."""
    if isinstance(node, dict):
        yield node
        for child in node.values():
            yield from nodes(child)
    elif isinstance(node, list):
        for child in node:
            yield from nodes(child)


def references(node: Any) -> set[str]:
    return {inner["$ref"] for inner in nodes(node) if isinstance(inner.get("$ref"), str)}


def resolve(document: Json, reference: str) -> Any:
    assert reference.startswith("#/"), reference
    found: Any = document
    for step in reference[2:].split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return found


def operations(document: Json) -> Iterator[tuple[str, str, Json]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def validator(document: Json, schema: Json) -> Draft202012Validator:
    """Compile a schema of the document, with the components that it refers to."""
    return Draft202012Validator({**schema, "components": document["components"]})


def test_the_committed_document_is_the_one_served(make_client: Callable[..., Client]) -> None:
    locked = make_client(api_keys="k", open_pages="docs")
    assert json.loads(SNAPSHOT.read_text("utf-8")) == locked.get("/openapi.json").json()


def test_a_service_without_keys_shows_no_padlocks(document: Json) -> None:
    text = json.dumps(document)
    assert "security" not in text.replace("security-", "")
    assert not [o for path in document["paths"].values() for o in path.values() if "401" in o["responses"]]


def test_it_is_openapi_3_1_and_says_what_it_is(document: Json) -> None:
    assert document["openapi"].startswith("3.1.")
    assert all(document["info"][name] for name in ("title", "version", "summary", "description"))


def test_every_reference_resolves(document: Json) -> None:
    found = references(document)
    assert len(found) > 20
    for reference in found:
        assert isinstance(resolve(document, reference), dict)


def test_every_component_is_referred_to_or_a_published_model(document: Json) -> None:
    published = {model.__name__ for model in PUBLISHED_MODELS.values()}
    referred = {reference.rpartition("/")[2] for reference in references(document)}
    for_clients = {"CollaborationEvent"}  # the type that their code narrows
    assert published <= set(document["components"]["schemas"]) <= published | referred | for_clients
    assert set(document["components"]["headers"]) <= referred


def test_every_component_is_a_schema_with_a_name_that_generators_like(document: Json) -> None:
    for name, schema in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(schema)
        assert name.isidentifier()
        assert schema["title"] == name


def test_operations_have_ids_of_their_own_and_known_tags(document: Json) -> None:
    described = [operation for _, _, operation in operations(document)]
    ids = [operation["operationId"] for operation in described]
    assert len(set(ids)) == len(ids)
    assert all(name.isidentifier() for name in ids)
    tags = {tag["name"] for tag in document["tags"]}
    assert {tag for operation in described for tag in operation["tags"]} == tags
    assert all(operation["summary"] and operation["description"] for operation in described)


def test_path_parameters_are_those_of_the_path(document: Json) -> None:
    for _, path, operation in operations(document):
        named = {part[1:-1] for part in path.split("/") if part.startswith("{")}
        described = {p["name"] for p in operation.get("parameters", ()) if p["in"] == "path"}
        assert described == named


def examples(document: Json, node: Json) -> list[Any]:
    """List the examples of a parameter or a media type."""
    single = [node["example"]] if "example" in node else []
    many = node.get("examples", {})
    named = [
        resolve(document, e["$ref"]) if "$ref" in e else e for e in (many.values() if isinstance(many, dict) else ())
    ]
    return single + [example["value"] for example in named]


def test_every_example_fits_its_schema(document: Json) -> None:
    for node in nodes(document["paths"]):
        if "schema" in node:
            for example in examples(document, node):
                validator(document, node["schema"]).validate(example)
    for schema in document["components"]["schemas"].values():
        for example in schema.get("examples", ()):
            validator(document, schema).validate(example)


def test_every_error_answer_shows_each_of_its_codes(document: Json) -> None:
    for _, path, operation in operations(document):
        for status, response in operation["responses"].items():
            if int(status) >= 400:
                described = response["content"]["application/problem+json"]
                told = {problem["code"] for problem in examples(document, described)}
                assert told == set(
                    re.findall(r"^- \[`([a-z-]+)`\]\(/problems/\1\): ", response["description"], re.MULTILINE)
                ), path
                assert {problem["status"] for problem in examples(document, described)} == {int(status)}


def test_the_descriptions_of_the_models_reach_the_reader(document: Json) -> None:
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description") or "properties" not in schema, name
        for field, described in schema.get("properties", {}).items():
            assert described.get("description") or "$ref" in described, (name, field)


STORY = {"events": story.events(), "mode": "strict"}
EXCHANGES: list[tuple[str, str, str, Any, int]] = [
    ("post", "/reduce", "", STORY, 200),
    ("post", "/reduce", "", {"events": [], "roster": {"ann": build.identity("ann")}}, 200),
    ("post", "/validate", "", {"event_type": "DriveIntentSet", "payload": build.by("ann", intent="active")}, 200),
    ("post", "/validate", "", {"event_type": "FocusChanged", "payload": 7}, 200),
    ("post", "/validate/batch", "", {"events": story.events()}, 200),
    ("post", "/validate/batch", "", {"events": [build.event("FocusChanged", build.by("ann"))]}, 200),
    ("post", "/admit", "", {"events": [*story.events(), {}, 7]}, 200),
    ("get", "/schemas", "", None, 200),
    ("get", "/schemas/{type}", "", None, 200),
    ("get", "/livez", "", None, 200),
    ("get", "/readyz", "", None, 200),
    ("get", "/healthz", "", None, 200),
]
FAILURES: list[tuple[str, str, str, Any, int]] = [
    ("post", "/reduce", "", {"events": [{}] * 200}, 422),
    ("post", "/reduce", "", {"events": build.history(build.drive("ann"))}, 422),
    ("post", "/validate", "", {"event_type": "Nonsense", "payload": 1}, 422),
    ("get", "/schemas/{type}", "Nonsense", None, 404),
    *(("post", path, "", b"nonsense", 400) for path in ("/reduce", "/validate", "/validate/batch")),
]


@pytest.mark.parametrize(("method", "path", "name", "body", "status"), [*EXCHANGES, *FAILURES])
def test_the_document_is_true_of_real_answers(
    client: Client, document: Json, method: str, path: str, name: str, body: Any, status: int
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode() if body is not None else None
    address = path.replace("{type}", name or "DriveIntentSet")
    answer = client.request(method, address, content=content, headers=JSON_TYPE if content else None)
    assert answer.status_code == status
    described = document["paths"][path][method]["responses"][str(status)]
    media_type = answer.headers["content-type"]
    validator(document, described["content"][media_type]["schema"]).validate(answer.json())
    assert {header.lower() for header in described.get("headers", ())} <= set(answer.headers)


@pytest.mark.parametrize(
    ("method", "path", "name", "body", "status"), [exchange for exchange in EXCHANGES if exchange[0] == "post"]
)
def test_a_good_request_fits_its_published_schema(
    document: Json, method: str, path: str, name: str, body: Any, status: int
) -> None:
    described = document["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    validator(document, described).validate(body)


@pytest.mark.parametrize(
    "body",
    [
        {"events": [], "rooster": {}},
        {},
        {"events": [], "mode": "lenient"},
        {"events": [{}]},
        {"events": [], "roster": []},
    ],
)
def test_a_bad_request_breaks_its_published_schema(client: Client, document: Json, body: Json) -> None:
    described = document["paths"]["/reduce"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert not validator(document, described).is_valid(body)
    assert client.post("/reduce", body).status_code == 422
