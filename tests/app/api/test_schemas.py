"""`GET /schemas` and `GET /schemas/{type}`: the contract's JSON Schemas, made to be cached."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]

import mission_collaboration.contract.schemas
from mission_collaboration.contract.constants import COLLABORATION_EVENT_TYPES
from tests.support import naive_events
from tests.support.client import Client, headers_of, problem

FILES = {
    path.name.removesuffix(".schema.json"): path.read_bytes()
    for path in Path(mission_collaboration.contract.schemas.__file__).parent.glob("*.schema.json")
}
OTHER_MODELS = {
    "participant_identity": "ParticipantIdentity",
    "participant_external_refs": "ParticipantExternalRefs",
    "auth_principal_binding": "AuthPrincipalBinding",
    "focus_target": "FocusTarget",
    "event": "Event",
    "reduced_collaboration_state": "ReducedCollaborationState",
}


def snake(name: str) -> str:
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("_")


NAMES = (
    {name: name for name in FILES}
    | {model: name for name, model in OTHER_MODELS.items()}
    | {event_type: f"{snake(event_type)}_payload" for event_type in COLLABORATION_EVENT_TYPES}
    | {f"{event_type}Payload": f"{snake(event_type)}_payload" for event_type in COLLABORATION_EVENT_TYPES}
)
"""Every name that the contract gives a schema → its file."""


def test_there_are_schemas_for_identities_payloads_envelope_and_state() -> None:
    assert len(FILES) == 4 + len(naive_events.PAYLOADS) + 2
    assert set(NAMES.values()) == set(FILES)


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_schema_is_found_by_event_type_model_and_file(client: Client, name: str) -> None:
    answer = client.get(f"/schemas/{name}")
    assert answer.status_code == 200
    assert answer.content == FILES[NAMES[name]]
    assert answer.headers["content-type"] == "application/schema+json"
    assert "max-age" in answer.headers["cache-control"]
    Draft202012Validator.check_schema(json.loads(answer.content))


def test_the_index_lists_each_schema_with_an_address_that_works(client: Client) -> None:
    answer = client.get("/schemas")
    assert answer.headers["content-type"] == "application/json"
    entries = answer.json()["schemas"]
    assert {entry["name"] for entry in entries} == set(FILES)
    for entry in entries:
        assert NAMES[entry["title"]] == entry["name"]
        assert client.get(entry["href"]).content == FILES[entry["name"]]


def test_the_index_tells_the_kind_and_the_event_type(client: Client) -> None:
    entries = {
        entry["name"]: (entry["kind"], entry["event_type"]) for entry in client.get("/schemas").json()["schemas"]
    }
    payloads = {event_type for kind, event_type in entries.values() if kind == "payload"}
    assert payloads == COLLABORATION_EVENT_TYPES
    assert entries["drive_intent_set_payload"] == ("payload", "DriveIntentSet")
    assert entries["event"] == ("envelope", None)
    assert entries["reduced_collaboration_state"] == ("state", None)
    for name in ("participant_identity", "auth_principal_binding", "focus_target"):
        assert entries[name] == ("identity", None)


def test_the_tag_is_strong_and_tells_schemas_apart(client: Client) -> None:
    tags = {client.get(f"/schemas/{name}").headers["etag"] for name in FILES}
    assert len(tags) == len(FILES)
    assert all(tag.startswith('"') and tag.endswith('"') for tag in tags)
    assert client.get("/schemas/Event").headers["etag"] == client.get("/schemas/event").headers["etag"]


@pytest.mark.parametrize("given", ["{tag}", "W/{tag}", '"other", {tag}', '"other",W/{tag} , "x"', "*", " {tag} "])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_current_copy_is_answered_with_304(client: Client, method: str, given: str) -> None:
    tag = client.get("/schemas/Event").headers["etag"]
    answer = client.request(method, "/schemas/Event", headers={"If-None-Match": given.format(tag=tag)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == tag
    assert "max-age" in answer.headers["cache-control"]
    assert "content-type" not in answer.headers


@pytest.mark.parametrize("given", ['"other"', "", 'W/"other"', "{inner}", '"{inner}x"', '"*"'])
def test_another_copy_is_answered_with_the_schema(client: Client, given: str) -> None:
    inner = client.get("/schemas/Event").headers["etag"].strip('"')
    answer = client.get("/schemas/Event", {"If-None-Match": given.format(inner=inner)})
    assert (answer.status_code, answer.content) == (200, FILES["event"])


@pytest.mark.parametrize("path", ["/schemas", "/schemas/Event", "/schemas/Nonsense"])
def test_head_answers_the_headers_of_get_without_a_body(client: Client, path: str) -> None:
    by_get, by_head = client.get(path), client.head(path)
    assert by_head.status_code == by_get.status_code
    assert client.body_sent("HEAD", path) == b""
    assert headers_of(by_head) == headers_of(by_get)
    assert int(by_head.headers["content-length"]) == len(by_get.content) > 0


def test_a_browser_gets_a_page_with_the_fields_and_a_copy_of_its_own(client: Client) -> None:
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
    page = client.get("/schemas/DriveIntentSet", browser)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert all(f"<td><code>{field}</code></td>" in page.text for field in ("mission_id", "participant_id", "intent"))
    document = client.get("/schemas/DriveIntentSet")
    assert page.headers["vary"] == document.headers["vary"] == "Accept"
    assert page.headers["etag"] != document.headers["etag"]
    again = client.get("/schemas/DriveIntentSet", browser | {"If-None-Match": page.headers["etag"]})
    assert again.status_code == 304


@pytest.mark.parametrize(
    ("name", "nearest"),
    [
        ("DriveIntent", "DriveIntentSet"),
        ("driveintentset", "DriveIntentSet"),
        ("focus_targets", "focus_target"),
        ("Evnt", "Event"),
        ("drive_intent_set_payload.schema.json", "drive_intent_set_payload"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest_ones(client: Client, name: str, nearest: str) -> None:
    found = problem(client.get(f"/schemas/{name}"), 404, "unknown-schema")
    assert nearest in found["detail"].replace(name, "", 1)
    assert [error["parameter"] for error in found["errors"]] == ["type"]


@pytest.mark.parametrize("name", ["%00", "..%5C..%5Csecret", "%F0%9F%9A%80", "Event%20", "x" * 5_000])
def test_a_name_like_nothing_is_answered_with_the_index(client: Client, name: str) -> None:
    answer = client.get(f"/schemas/{name}")
    problem(answer, 404, "unknown-schema")
    assert len(answer.content) < 2_000


@pytest.mark.parametrize("path", ["/schemas", "/schemas/Event"])
def test_what_needs_a_key_is_kept_by_no_shared_cache(make_client: Callable[..., Client], path: str) -> None:
    key = {"X-API-Key": "k"}
    locked, opened = make_client(api_keys="k"), make_client(api_keys="k", open_pages="schemas")
    first = locked.get(path, key)
    again = locked.get(path, key | {"If-None-Match": first.headers["etag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    assert first.headers["cache-control"] == again.headers["cache-control"] == "private, max-age=3600"
    assert opened.get(path).headers["cache-control"] == "public, max-age=3600"
