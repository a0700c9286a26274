"""nginx lets through what the service takes, and refuses in the service's own words."""

import json
import re

import pytest

from app.api.middleware import _is_usable_id
from app.problems import KINDS, PROBLEM_JSON, ProblemDetails
from app.settings import Settings
from tests.docs.markdown import ROOT

NGINX = (ROOT / "deploy/nginx.conf").read_text("utf-8")
REFUSALS = [(int(status), json.loads(body)) for status, body in re.findall(r"return (\d+) '(\{.*\})';", NGINX)]
UNITS = {"s": 1, "k": 1024, "m": 1024 * 1024}


def setting(name: str) -> int:
    default: int = Settings.model_fields[name].default
    return default


@pytest.mark.parametrize(
    ("directive", "name"),
    [
        ("client_max_body_size", "max_body_bytes"),
        ("client_body_buffer_size", "inline_body_bytes"),
        ("large_client_header_buffers 4", "max_header_bytes"),
        ("client_header_timeout", "head_seconds"),
        ("client_body_timeout", "body_seconds"),
        ("keepalive_timeout", "keep_alive_seconds"),
    ],
)
def test_a_limit_is_the_default_of_its_setting(directive: str, name: str) -> None:
    [(number, unit, variable)] = re.findall(rf"{directive} (\d+)([kms]);\s+# (COLLAB_[A-Z_]+)", NGINX)
    assert (int(number) * UNITS[unit], variable) == (setting(name), f"COLLAB_{name.upper()}")


def test_it_takes_the_request_ids_that_the_service_takes() -> None:
    [pattern] = re.findall(r'"~\^(\S+)\$" \$http_x_request_id;', NGINX)
    visible = [chr(code) for code in range(32, 127)]
    for given in (*visible, *(f"r{character}" for character in visible), "a" * 128, "a" * 129):
        assert bool(re.fullmatch(pattern, given)) == bool(_is_usable_id(given)), given


def test_its_refusals_are_problems_of_the_service() -> None:
    assert f"default_type {PROBLEM_JSON};" in NGINX
    coded = [(status, body) for status, body in REFUSALS if "code" in body]
    assert [body["code"] for _, body in coded] == ["not-found", "body-too-large", "worker-lost"]
    for status, body in coded:
        kind = KINDS[body["code"]]
        assert (status, body["status"], body["title"]) == (kind.status, kind.status, kind.title)
        assert body["type"] == f"/problems/{body['code']}"


def test_what_the_service_has_no_code_for_is_a_plain_problem() -> None:
    [(status, body)] = [(status, body) for status, body in REFUSALS if "code" not in body]
    assert (status, body["status"], body["type"]) == (400, 400, "about:blank")


def test_every_refusal_has_the_request_id_twice() -> None:
    assert [body["request_id"] for _, body in REFUSALS] == ["$id_of_request"] * len(REFUSALS)
    assert NGINX.count("add_header X-Request-Id $id_of_request always;") == len(REFUSALS)
    assert all(set(body) <= set(ProblemDetails.model_fields) for _, body in REFUSALS)


@pytest.mark.parametrize("place", ["/unreadable", "@not_found", "@too_large", "@lost"])
def test_a_refusal_has_the_status_that_it_tells(place: str) -> None:
    [(codes, told)] = re.findall(rf"error_page ([\d ]+?)(?: =(\d+))? {place};", NGINX)
    [status] = re.findall(rf"location (?:= )?{place} \{{[^}}]*?return (\d+) '", NGINX)
    assert (told or codes) == status  # without `=` nginx keeps the code that led there


def test_the_limit_in_words_is_the_limit() -> None:
    [told] = [body["detail"] for _, body in REFUSALS if body.get("code") == "body-too-large"]
    assert told == f"The body is larger than {setting('max_body_bytes')} bytes."


def test_a_request_of_any_method_is_passed_on_once() -> None:
    assert "proxy_next_upstream error timeout http_503 non_idempotent;" in NGINX
    assert "proxy_next_upstream_tries 2;" in NGINX


def test_a_request_without_host_reaches_a_replica_with_one() -> None:
    assert "proxy_set_header Host $host_to_ask;" in NGINX
    assert re.search(
        r'map \$http_host \$host_to_ask \{\s+"" \$server_addr:\$server_port;\s+default \$http_host;', NGINX
    )
