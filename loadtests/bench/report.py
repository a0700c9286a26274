"""The table, as text and as JSON."""

from collections.abc import Sequence
from typing import Any, Final

from loadtests.bench.rows import Row, digits

COLUMNS: Final = ("work", "floor", "peer", "service", "measured", "spread", "goal", "at least", "")
UNKNOWN: Final = "-"


def table(rows: Sequence[Row]) -> str:
    """Print every row under its columns, and the notes beneath."""
    lines = [COLUMNS, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(COLUMNS))]
    text = [_line(line, widths) for line in lines]
    notes = [f"  {row.work}: {row.note}" for row in rows if row.note]
    return "\n".join([text[0], "-" * len(text[0]), *text[1:], *(["", "Notes:", *notes] if notes else [])])


def facts(known: dict[str, str]) -> str:
    """Print where the figures come from."""
    return "\n".join(f"{name:<10} {value}" for name, value in known.items())


def kept(known: dict[str, str], rows: Sequence[Row], seconds: float) -> dict[str, Any]:
    """Make what `--json` keeps."""
    return {"machine": known, "seconds": round(seconds, 1), "rows": [row.as_json() for row in rows]}


def _cells(row: Row) -> tuple[str, ...]:
    unit, least = row.target.unit, row.target.least
    spread = UNKNOWN if row.spread is None else " to ".join(map(digits, row.spread))
    figures = (_with_unit(row.measured, unit), spread, _with_unit(row.target.goal, unit), _with_unit(least, unit))
    return (row.work, row.floor or UNKNOWN, row.peer or UNKNOWN, row.service or UNKNOWN, *figures, row.verdict)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if column in (0, len(widths) - 1) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join([first, *others]).rstrip()


def _with_unit(figure: float | None, unit: str) -> str:
    return UNKNOWN if figure is None else f"{digits(figure)} {unit}"
