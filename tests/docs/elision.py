"""Compares what is printed with what came: `…` in the printed text stands for anything."""

import re
from typing import Any

ANYTHING = "…"


def is_like(printed: Any, came: Any) -> bool:
    """Compare JSON values.

    `…` in a string stands for any text, a string of nothing else for any value; as a member's name it stands for
    any other members, as the last item of an array for any further items.
    """
    if printed == ANYTHING:
        return True
    if type(printed) is not type(came):
        return False
    if isinstance(printed, dict):
        rest = came.keys() - printed.keys()
        named = [(name, value) for name, value in printed.items() if name != ANYTHING]
        return (ANYTHING in printed or not rest) and all(
            name in came and is_like(value, came[name]) for name, value in named
        )
    if isinstance(printed, list):
        if printed and printed[-1] == ANYTHING:
            printed, came = printed[:-1], came[: len(printed) - 1]
        return len(printed) == len(came) and all(map(is_like, printed, came))
    if isinstance(printed, str):
        pattern = ".*".join(map(re.escape, printed.split(ANYTHING)))
        return re.fullmatch(pattern, came, re.DOTALL) is not None
    return bool(printed == came)
