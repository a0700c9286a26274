"""The settings: where they come from, which stand in front, and what is no setting."""

import os
from typing import Any

import pytest
from pydantic import ValidationError

from app.settings import BadSettingsError, Settings, from_environment

DEFAULTS = {"host": "127.0.0.1", "port": 8000, "workers": 1, "log_level": "info", "docs": True, "max_events": 100_000}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the settings of whoever runs the tests out of them."""
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


def test_settings_are_frozen_and_know_no_others() -> None:
    with pytest.raises(ValidationError):
        Settings(rooster=1)  # type: ignore[call-arg]
    with pytest.raises(ValidationError):
        Settings().port = 1  # type: ignore[misc]
