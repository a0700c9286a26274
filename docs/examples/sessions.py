"""Counts the open sessions of participants: one person may have several tabs."""

from collections import defaultdict


class Sessions:
    """The open sessions of each participant of a mission. Keep this object next to your connections."""

    def __init__(self) -> None:
        self._live: dict[tuple[str, str], set[str]] = defaultdict(set)

    def open(self, mission_id: str, participant_id: str, session_id: str) -> bool:
        """Add a session. True for the first one: then send a `ParticipantJoined`."""
        live = self._live[mission_id, participant_id]
        is_first = not live
        live.add(session_id)
        return is_first

    def close(self, mission_id: str, participant_id: str, session_id: str) -> bool:
        """Remove a session. True for the last one: then send a `ParticipantLeft`."""
        live = self._live[mission_id, participant_id]
        is_last = live == {session_id}
        live.discard(session_id)
        return is_last
