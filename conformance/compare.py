"""Finds where two JSON values differ, place by place."""

from __future__ import annotations

from collections.abc import Iterator

from .model import MISSING, Difference, Json, Missing


def step_into(value: Json | Missing, token: str) -> Json | Missing:
    """Follow one token of a JSON Pointer."""
    if isinstance(value, dict):
        return value.get(token, MISSING)
    if isinstance(value, list) and token.isdecimal() and int(token) < len(value):
        return value[int(token)]
    return MISSING


def resolve(value: Json | Missing, pointer: str) -> Json | Missing:
    """Give what a JSON Pointer (RFC 6901) points at, or MISSING."""
    for token in pointer.split("/")[1:]:
        value = step_into(value, token.replace("~1", "/").replace("~0", "~"))
    return value


def child(at: str, token: str | int) -> str:
    """Extend a JSON Pointer by one token."""
    return f"{at}/{str(token).replace('~', '~0').replace('/', '~1')}"


def same_scalar(expected: Json, got: Json | Missing) -> bool:
    """Compare without Python's leniency: 1, 1.0 and true are three different things in the contract."""
    return type(expected) is type(got) and expected == got


def differences(expected: Json, got: Json | Missing, at: str = "") -> list[Difference]:
    """Compare in full."""
    return list(_walk(expected, got, at, partial=False))


def partial_differences(expected: Json, got: Json | Missing, at: str = "") -> list[Difference]:
    """Compare the members that `expected` names and no others; lists are compared in length too."""
    return list(_walk(expected, got, at, partial=True))


def _walk(expected: Json, got: Json | Missing, at: str, *, partial: bool) -> Iterator[Difference]:
    if isinstance(expected, dict) and isinstance(got, dict):
        yield from _walk_object(expected, got, at, partial=partial)
    elif isinstance(expected, list) and isinstance(got, list):
        yield from _walk_list(expected, got, at, partial=partial)
    elif not same_scalar(expected, got):
        yield Difference(at, expected, got)


def _walk_object(expected: dict[str, Json], got: dict[str, Json], at: str, *, partial: bool) -> Iterator[Difference]:
    for key, value in expected.items():
        yield from _walk(value, got.get(key, MISSING), child(at, key), partial=partial)
    if not partial:
        yield from (Difference(child(at, key), MISSING, got[key]) for key in got if key not in expected)


def _walk_list(expected: list[Json], got: list[Json], at: str, *, partial: bool) -> Iterator[Difference]:
    for index in range(max(len(expected), len(got))):
        here = child(at, index)
        if index >= len(expected):
            yield Difference(here, MISSING, got[index])
        else:
            found: Json | Missing = got[index] if index < len(got) else MISSING
            yield from _walk(expected[index], found, here, partial=partial)


def key_order_differences(expected: Json, got: Json | Missing, at: str = "") -> Iterator[Difference]:
    """Find objects with the same members in another order, which JSON allows and rule S16 does not."""
    if isinstance(expected, dict) and isinstance(got, dict):
        if list(expected) != list(got):
            yield Difference(f"{at} (order of keys)", list(expected), list(got))
        for key, value in expected.items():
            yield from key_order_differences(value, got.get(key, MISSING), child(at, key))
    elif isinstance(expected, list) and isinstance(got, list):
        for index, (left, right) in enumerate(zip(expected, got, strict=False)):
            yield from key_order_differences(left, right, child(at, index))
