"""Checks on answers, each a small function that a case puts into its steps."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping

from .compare import differences, partial_differences, resolve
from .model import MISSING, Answer, Check, Difference, Json, Memory, Missing

JSON_TYPES: Mapping[str, type] = {
    "string": str,
    "integer": int,
    "boolean": bool,
    "array": list,
    "object": dict,
    "null": type(None),
}


def status_is(expected: int) -> Check:
    """Expect a status code; when it is another, show the body too, since it usually says why."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        if answer.status == expected:
            return []
        return [
            Difference("status", expected, answer.status),
            Difference("body", MISSING, answer.body[:300].decode(errors="replace")),
        ]

    return check


def header_matches(name: str, pattern: str | None) -> Check:
    """Expect a header that matches a regular expression somewhere, or (None) no such header."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = answer.headers.get(name)
        if pattern is None:
            return [] if got is None else [Difference(f"header {name}", MISSING, got)]
        if got is not None and re.search(pattern, got):
            return []
        return [Difference(f"header {name}", f"something like {pattern}", got or MISSING)]

    return check


def repr_digest_fits() -> Check:
    """Expect `Repr-Digest` to be the SHA-256 of the body (RFC 9530)."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
        expected, got = f"sha-256=:{digest}:", answer.headers.get("Repr-Digest")
        return [] if got == expected else [Difference("header Repr-Digest", expected, got or MISSING)]

    return check


def body_is_text(expected: str) -> Check:
    """Expect a body to the byte."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = answer.body.decode(errors="replace")
        return [] if got == expected else [Difference("body", expected, got)]

    return check


def same_body_as(index: int) -> Check:
    """Expect the bytes that an earlier step of the case got."""

    def check(answer: Answer, memory: Memory) -> list[Difference]:
        first = memory.answers[index]
        if answer.body == first.body:
            return []
        left, right = first.json, answer.json
        if isinstance(left, Missing) or not (found := differences(left, right)):
            found = [Difference("body", first.body.decode(errors="replace"), answer.body.decode(errors="replace"))]
        return found

    return check


def equals(at: str, expected: Json) -> Check:
    """Expect exactly this value at a place of the body."""
    return lambda answer, _: differences(expected, resolve(answer.json, at), at)


def is_number(at: str, expected: float) -> Check:
    """Expect a number, spelt as an integer or not."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, at)
        return [] if type(got) in (int, float) and got == expected else [Difference(at, expected, got)]

    return check


def absent(at: str) -> Check:
    """Expect nothing at a place of the body."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, at)
        return [] if isinstance(got, Missing) else [Difference(at, MISSING, got)]

    return check


def has_type(at: str, name: str) -> Check:
    """Expect a value of a JSON type."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, at)
        return [] if type(got) is JSON_TYPES[name] else [Difference(at, f"some {name}", got)]

    return check


def matches(at: str, pattern: str) -> Check:
    """Expect a string in which a regular expression is found."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, at)
        if isinstance(got, str) and re.search(pattern, got):
            return []
        return [Difference(at, f"a string like {pattern}", got)]

    return check


def has_length(at: str, expected: int) -> Check:
    """Expect a list of so many elements."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, at)
        if isinstance(got, list) and len(got) == expected:
            return []
        return [Difference(at, f"a list of {expected}", got)]

    return check


def not_empty(at: str) -> Check:
    """Expect a list with something in it."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, at)
        return [] if isinstance(got, list) and got else [Difference(at, "a list that is not empty", got)]

    return check


def includes(at: str, expected: Json) -> Check:
    """Expect an object with these members, a list with such an element, or a string with this part."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = resolve(answer.json, at)
        if isinstance(got, list):
            found = any(not partial_differences(expected, element) for element in got)
            return [] if found else [Difference(at, f"among others {expected!r}", got)]
        if isinstance(got, str) and isinstance(expected, str):
            return [] if expected in got else [Difference(at, f"a string with {expected!r}", got)]
        return partial_differences(expected, got, at)

    return check


def text_has(expected: str) -> Check:
    """Expect a piece of text anywhere in the raw body."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = answer.body.decode(errors="replace")
        return [] if expected in got else [Difference("body", f"text with {expected!r}", got[:300])]

    return check


def field_values(at: str, name: str, answer: Answer) -> list[Json]:
    """Collect one member of every object in a list of the body."""
    listed = resolve(answer.json, at)
    objects = listed if isinstance(listed, list) else []
    return [entry.get(name) for entry in objects if isinstance(entry, dict)]


def some_pointer(at: str, pointer: str) -> Check:
    """Expect a list of violations or errors of which at least one points at this place."""

    def check(answer: Answer, _: Memory) -> list[Difference]:
        got = field_values(at, "pointer", answer)
        return [] if pointer in got else [Difference(f"{at}/*/pointer", pointer, got)]

    return check


def problem_is(status: int, code: str) -> tuple[Check, ...]:
    """Expect an RFC 9457 problem with this code and all the members that the API promises."""
    return (
        status_is(status),
        header_matches("Content-Type", r"^application/problem\+json"),
        matches("/type", f"/problems/{re.escape(code)}$"),
        equals("/code", code),
        equals("/status", status),
        *(matches(at, r"\S") for at in ("/title", "/detail", "/request_id")),
    )
