from typing import Any

import pytest

from tests.docs.elision import is_like


@pytest.mark.parametrize(
    ("printed", "came"),
    [
        ({"a": 1, "b": [None, True]}, {"b": [None, True], "a": 1}),
        ({"a": "…"}, {"a": [1, 2]}),
        ({"a": "x…z"}, {"a": "xyz"}),
        ({"a": 1, "…": "…"}, {"a": 1, "b": 2}),
        ([1, "…"], [1, 2, 3]),
    ],
)
def test_what_is_left_out_may_be_anything(printed: Any, came: Any) -> None:
    assert is_like(printed, came)


@pytest.mark.parametrize(
    ("printed", "came"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1, "b": 2}, {"a": 1}),
        ({"a": 1, "…": "…"}, {"a": 2}),
        ({"a": "x…z"}, {"a": "xy"}),
        (1, True),
        ([1], [1, 2]),
        ([1, 2, "…"], [1]),
        (None, {}),
    ],
)
def test_what_is_printed_has_to_come(printed: Any, came: Any) -> None:
    assert not is_like(printed, came)
