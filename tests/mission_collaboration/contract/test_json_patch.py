"""Changes and pointers are written as RFC 6902 and RFC 6901 have them."""

import msgspec

from mission_collaboration.contract.json_patch import Change, pointer


def test_a_removal_has_no_value_and_a_null_is_one() -> None:
    removal, null = Change("remove", "/a"), Change("replace", "/a", None)
    assert (
        msgspec.json.encode([removal, null])
        == b'[{"op":"remove","path":"/a"},{"op":"replace","path":"/a","value":null}]'
    )


def test_a_pointer_escapes_what_would_end_or_begin_a_step() -> None:
    assert pointer(("events", 3, "a/b", "~", "")) == "/events/3/a~1b/~0/"


def test_the_pointer_of_the_whole_is_empty() -> None:
    assert pointer(()) == ""
