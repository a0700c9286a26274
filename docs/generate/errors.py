"""Writes docs/errors.md: every error code and what to do about it, from the texts of the problem pages."""

from collections.abc import Iterator
from typing import Final

from app.api.endpoints import OPERATIONS
from app.api.problem_texts import problem_index, problem_page
from docs.generate.fields import table

HEAD: Final = """\
# Errors

Every answer of 400 and above is `application/problem+json` (RFC 9457). Programs use `code`, people read `detail`.
`errors[].pointer` is a place in the body that was sent; for NDJSON it is a place in that `line`. Quote `request_id`
when you ask for help.

The service shows the same texts below `/problems`, with an example of each answer. A code without a status is about
one event, in an answer of 200: a verdict of `/admit`, or a reason in `/explain`.

"""


def errors_page() -> str:
    """Make the page."""
    entries = problem_index().problems
    overview = table(
        ("status", "code", "title"),
        *((str(entry.status or ""), f"[`{entry.code}`](#{entry.code})", entry.title) for entry in entries),
    )
    return HEAD + overview + "\n" + "".join(_sections([entry.code for entry in entries]))


def _sections(codes: list[str]) -> Iterator[str]:
    for code in codes:
        page = problem_page(code, OPERATIONS)
        yield f"\n## {code}\n\n{page.happened.strip()}\n\n**What to do.** {page.remedy.strip()}\n"
