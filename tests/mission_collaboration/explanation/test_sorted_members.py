"""The sorted set that knows indices is a sorted list, of any size."""

from unittest.mock import patch

from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration.explanation import sorted_members
from mission_collaboration.explanation.sorted_members import SortedMembers


@given(st.lists(st.integers(0, 60), max_size=120), st.integers(2, 9))
def test_indices_are_those_of_a_sorted_list(numbers: list[int], longest: int) -> None:
    """A number that is there is removed, any other is added."""
    members: SortedMembers[int] = SortedMembers()
    plain: list[int] = []
    with patch.object(sorted_members, "LONGEST_BLOCK", longest):
        for number in numbers:
            if number in plain:
                index = plain.index(number)
                plain.remove(number)
                assert members.remove(number) == index
            else:
                plain = sorted([*plain, number])
                assert members.add(number) == plain.index(number)
            assert bool(members) == bool(plain)
