"""Writes docs/errors.md: every error code and what to do about it, from the texts of the problem pages."""

from collections.abc import Iterator
from typing import Final

from app.api.application import OPERATIONS
from app.api.pages.explanations import problem_index, problem_page
from docs.generate.fields import table

HEAD: Final = """\
# Errors

Every answer of 400 and above is `application/problem+json` (RFC 9457). Programs decide on `code`. People read `detail`.
`errors[].pointer` leads into the body as sent, for NDJSON into its `line`. Quote `request_id` when you ask somebody.

The service shows the same texts below `/problems`, with an example of each answer. Codes without a status are verdicts
on one event within an answer of 200.

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
