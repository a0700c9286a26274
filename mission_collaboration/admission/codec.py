"""The content of a checkpoint: a mission between two batches as MessagePack.

It is read by types that say the models' rules, and its parts are held against each other, so that a forged one is
refused like any other bad input.
"""

from typing import Any, Final

import msgspec

from mission_collaboration.admission.horizon import Place, as_struct
from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.remembered import Remembered
from mission_collaboration.admission.window import WindowEvent
from mission_collaboration.reducer.ordering import by_place


class Content(msgspec.Struct, array_like=True, forbid_unknown_fields=True, gc=False):
    """A mission between two batches."""

    mission_id: str | None
    state: msgspec.Raw
    horizon: Place | None
    window: list[WindowEvent]
    remembered_ids: list[str]
    remembered_hashes: bytes
    of_first_release: int
    """How many of the oldest hashes are of content as contract 2.1.0 wrote it."""


_write: Final = msgspec.msgpack.Encoder(enc_hook=as_struct).encode
_read: Final = msgspec.msgpack.Decoder(Content).decode


def write_content(mission: Mission) -> bytes:
    """Write a mission; the same one gives the same bytes."""
    remembered = mission.remembered
    return _write(
        Content(
            mission.mission_id,
            msgspec.Raw(mission.state),
            mission.horizon,
            mission.window,
            list(remembered.ids),
            remembered.hashes,
            remembered.of_first_release,
        )
    )


def read_content(text: bytes) -> Mission | None:
    """Read a mission; None where its parts do not fit each other. Raises what msgspec raises for other bytes.

    The account at the horizon is looked at when it is opened.
    """
    content = _read(text)
    window, mission_id, horizon = content.window, content.mission_id, content.horizon
    remembered = Remembered(content.remembered_ids, content.remembered_hashes, content.of_first_release)
    mission = Mission(mission_id, bytes(content.state), horizon, window, remembered)
    places: list[Any] = [*filter(None, [horizon]), *window]
    is_consistent = (
        by_place(places) == places
        and len(mission.held) == len(window)
        and {event.payload.mission_id for event in window} <= {mission_id}
        and (mission_id is not None or horizon is None)
        and remembered.is_consistent
        and mission.held.keys().isdisjoint(remembered.ids)
    )
    return mission if is_consistent else None
