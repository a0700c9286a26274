"""Says when a participant has come and when they have gone, although they may have several tabs open."""

from collections import defaultdict


class Sessions:
    """The live sessions of each participant of a mission; keep this where your connections are kept."""

    def __init__(self) -> None:
        self._live: dict[tuple[str, str], set[str]] = defaultdict(set)

    def open(self, mission_id: str, participant_id: str, session_id: str) -> bool:
        """Note a session; true where it is the first, which is when a `ParticipantJoined` is to be sent."""
        live = self._live[mission_id, participant_id]
        is_first = not live
        live.add(session_id)
        return is_first

    def close(self, mission_id: str, participant_id: str, session_id: str) -> bool:
        """Forget a session; true where none is left, which is when a `ParticipantLeft` is to be sent."""
        live = self._live[mission_id, participant_id]
        is_last = live == {session_id}
        live.discard(session_id)
        return is_last
