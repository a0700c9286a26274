"""A sorted set that knows the index of each member: JSON arrays of sets are sorted, and a patch names an index."""

from bisect import bisect_left
from typing import Final, Generic, TypeVar

LONGEST_BLOCK: Final = 1_000
"""How many members stand in one list before it is split, so that no insertion moves more than these."""

M = TypeVar("M", int, str)


class SortedMembers(Generic[M]):
    """Members in ascending order, in blocks: adding and removing cost about the same however many there are (R40)."""

    __slots__ = ("_blocks",)

    def __init__(self) -> None:
        self._blocks: list[list[M]] = []

    def __bool__(self) -> bool:
        return bool(self._blocks)

    def add(self, member: M) -> int:
        """Add a member that is not there; returns its index."""
        blocks = self._blocks
        if not blocks:
            blocks.append([])
        number, before = self._block_of(member) if len(blocks) > 1 else (0, 0)
        block = blocks[number]
        place = bisect_left(block, member)
        block.insert(place, member)
        if len(block) > LONGEST_BLOCK:
            half = len(block) // 2
            blocks[number : number + 1] = [block[:half], block[half:]]
        return before + place

    def remove(self, member: M) -> int:
        """Remove a member that is there; returns the index that it had."""
        number, before = self._block_of(member) if len(self._blocks) > 1 else (0, 0)
        block = self._blocks[number]
        place = bisect_left(block, member)
        del block[place]
        if not block:
            del self._blocks[number]
        return before + place

    def _block_of(self, member: M) -> tuple[int, int]:
        """Find the block in which a member stands or would be added, and how many members stand before that block."""
        found = bisect_left(self._blocks, member, key=lambda block: block[-1])
        number = min(found, len(self._blocks) - 1)
        return number, sum(map(len, self._blocks[:number]))
