"""The settings: where they come from, which stand in front, and what is no setting."""

import os
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import BadSettingsError, Settings, from_environment

DEFAULTS = {"host": "127.0.0.1", "port": 8000, "workers": 1, "log_level": "info", "docs": True, "max_events": 100_000}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of the machine out of the tests."""
    for name in list(os.environ):
        if name.upper().startswith("COLLAB_") or name == "PORT":
            monkeypatch.delenv(name)


def test_without_any_variable_the_defaults_are_safe_on_a_laptop() -> None:
    settings = from_environment()
    assert {name: getattr(settings, name) for name in DEFAULTS} == DEFAULTS


def test_every_setting_has_a_default_and_is_documented() -> None:
    for name, field in Settings.model_fields.items():
        assert not field.is_required(), name
        assert field.description, name


@pytest.mark.parametrize(
    ("variable", "text", "name", "value"),
    [
        ("COLLAB_HOST", "0.0.0.0", "host", "0.0.0.0"),
        ("COLLAB_PORT", "8123", "port", 8123),
        ("PORT", "8124", "port", 8124),
        ("COLLAB_WORKERS", "4", "workers", 4),
        ("COLLAB_LOG_LEVEL", "warning", "log_level", "warning"),
        ("COLLAB_DOCS", "false", "docs", False),
        ("COLLAB_DOCS", "0", "docs", False),
        ("COLLAB_MAX_BODY_BYTES", "2048", "max_body_bytes", 2048),
        ("COLLAB_MAX_EVENTS", "7", "max_events", 7),
        ("COLLAB_MAX_EVENT_BYTES", "4096", "max_event_bytes", 4096),
        ("COLLAB_MAX_NESTING", "9", "max_nesting", 9),
        ("COLLAB_OPEN_PAGES", "docs, metrics", "open_pages", ("docs", "metrics")),
        ("COLLAB_ROOT_PATH", "/collab/", "root_path", "/collab"),
        ("COLLAB_ROOT_PATH", "/", "root_path", ""),
        ("COLLAB_ROOT_PATH", "/a/b-1.~_", "root_path", "/a/b-1.~_"),
        ("COLLAB_TRUSTED_PROXIES", "10.0.0.0/8, ::1", "trusted_proxies", (ip_network("10.0.0.0/8"), ip_network("::1"))),
        (
            "COLLAB_CORS_ORIGINS",
            "https://a.example,http://b:8080",
            "cors_origins",
            ("https://a.example", "http://b:8080"),
        ),
    ],
)
def test_a_variable_sets_its_setting(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, name: str, value: Any
) -> None:
    monkeypatch.setenv(variable, text)
    assert getattr(from_environment(), name) == value


def test_the_prefixed_port_stands_before_the_bare_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "8001")
    monkeypatch.setenv("COLLAB_PORT", "8002")
    assert from_environment().port == 8002


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("COLLAB_PORT", "eighty"),
        ("COLLAB_PORT", "65536"),
        ("COLLAB_PORT", "-1"),
        ("COLLAB_PORT", ""),
        ("PORT", "eighty"),
        ("COLLAB_WORKERS", "0"),
        ("COLLAB_LOG_LEVEL", "loud"),
        ("COLLAB_DOCS", "maybe"),
        ("COLLAB_MAX_BODY_BYTES", "1"),
        ("COLLAB_MAX_BODY_BYTES", "64MB"),
        ("COLLAB_MAX_EVENTS", "0"),
        ("COLLAB_MAX_NESTING", "501"),
        ("COLLAB_OPEN_PAGES", "reduce"),
        ("COLLAB_CORS_ORIGINS", "a.example"),
        ("COLLAB_ROOT_PATH", "collab"),
        ("COLLAB_ROOT_PATH", "/a b"),
        ("COLLAB_ROOT_PATH", "//a"),
        ("COLLAB_TRUSTED_PROXIES", "nginx"),
        ("COLLAB_TRUSTED_PROXIES", "10.0.0.1/8"),
        ("COLLAB_CORS_ORIGINS", "https://a.example/"),
        ("COLLAB_LOG_LEVEL", "x\ny" * 1_000),
    ],
)
def test_a_bad_value_is_refused_with_one_line_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(BadSettingsError) as refusal:
        from_environment()
    message = str(refusal.value)
    assert message.startswith(f"{variable}:")
    assert repr(text)[:50] in message
    assert "\n" not in message
    assert len(message) < 300


SECRET = "s3cret-\u00e9-value"


@pytest.mark.parametrize(
    ("variable", "text", "reason"),
    [
        ("COLLAB_API_KEYS", SECRET, "visible ASCII"),
        ("COLLAB_API_KEYS", "s3cret value", "visible ASCII"),
        ("COLLAB_API_KEYS", " ,, ", "no key in it"),
        ("COLLAB_API_KEYS", "", "no key in it"),
        ("COLLAB_API_KEYS_FILE", "/s3cret/value", "No such file"),
        ("COLLAB_API_KEYS_FILE", "/", "directory"),
    ],
)
def test_bad_keys_stop_the_start_and_are_not_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, reason: str
) -> None:
    monkeypatch.setenv(variable, text)
    with pytest.raises(BadSettingsError, match=f"^{variable}: .*{reason}") as refusal:
        from_environment()
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"# s3cret\n", "s3cr\u00e9t".encode(), b"\xff"])
def test_a_file_without_sound_keys_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, content: bytes
) -> None:
    file = tmp_path / "keys"
    file.write_bytes(content)
    monkeypatch.setenv("COLLAB_API_KEYS_FILE", str(file))
    with pytest.raises(BadSettingsError, match=r"^COLLAB_API_KEYS_FILE: ") as refusal:
        from_environment()
    assert "s3cr" not in str(refusal.value)


def test_keys_are_shown_nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "keys"
    file.write_text("filed-s3cret")
    monkeypatch.setenv("COLLAB_API_KEYS", "old-s3cret,new-s3cret")
    monkeypatch.setenv("COLLAB_API_KEYS_FILE", str(file))
    settings = from_environment()
    assert settings.keys == (b"old-s3cret", b"new-s3cret", b"filed-s3cret")
    assert "s3cret" not in f"{settings!r}{settings}{settings.model_dump()}{settings.model_dump_json()}"
    monkeypatch.setenv("COLLAB_PORT", "eighty")
    with pytest.raises(BadSettingsError) as refusal:
        from_environment()
    assert "s3cret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("written", "meant"), [("API_KEY", "API_KEYS"), ("MAX_EVENT", "MAX_EVENTS"), ("APIKEYS", "API_KEYS")]
)
def test_a_name_that_is_nearly_a_setting_s_stops_the_start(
    monkeypatch: pytest.MonkeyPatch, written: str, meant: str
) -> None:
    monkeypatch.setenv(f"COLLAB_{written}", "s3cret")
    with pytest.raises(BadSettingsError, match=rf"^COLLAB_{written}: .*COLLAB_{meant}\?$"):
        from_environment()


def test_what_orchestrators_add_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COLLAB_SERVICE_HOST", "COLLAB_SERVICE_PORT", "COLLAB_PORT_8000_TCP_ADDR"):
        monkeypatch.setenv(name, "tcp://10.0.0.1:8000")
    assert from_environment() == Settings()


def test_settings_are_frozen_and_know_no_others() -> None:
    with pytest.raises(ValidationError):
        Settings(rooster=1)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]
