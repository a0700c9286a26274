"""The content of a checkpoint: a mission between two batches as MessagePack.

It is read by types that say the models' rules, and its parts are held against each other, so that a forged one is
refused like any other bad input.
"""

from itertools import pairwise
from typing import Any, Final

import msgspec

from mission_collaboration.admission.horizon import Place, as_struct, read_state
from mission_collaboration.admission.mission import Mission
from mission_collaboration.admission.remembered import Remembered
from mission_collaboration.admission.window import HASH_BYTES, WindowEvent
from mission_collaboration.decoding.text_formats import NORMAL_IDS, are_normal_ulids
from mission_collaboration.reducer.ordering import sort_key


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
            b"".join(remembered.hashes),
            remembered.of_first_release,
        )
    )


def read_content(text: bytes) -> Mission | None:
    """Read a mission; None where its parts do not fit each other. Raises what msgspec raises for other bytes."""
    content = _read(text)
    state = bytes(content.state)
    read_state(state)
    if not _is_consistent(content):
        return None
    hashes = content.remembered_hashes
    remembered = Remembered(
        content.remembered_ids,
        [hashes[start : start + HASH_BYTES] for start in range(0, len(hashes), HASH_BYTES)],
        content.of_first_release,
    )
    return Mission(content.mission_id, state, content.horizon, content.window, remembered)


def _is_consistent(content: Content) -> bool:
    """Hold the parts against each other as far as anything leans on it."""
    window, ids = content.window, content.remembered_ids
    places: list[Any] = [content.horizon] if content.horizon else []
    keys = list(map(sort_key, places + window))
    return (
        all(before < after for before, after in pairwise(keys))
        and all(event.payload.mission_id == content.mission_id for event in window)
        and all(len(event.content_hash) == HASH_BYTES for event in window)
        and (content.mission_id is not None or content.horizon is None)
        and len(content.remembered_hashes) == HASH_BYTES * len(ids)
        and 0 <= content.of_first_release <= len(ids)
        and _are_ids([*ids, *(event.event_id for event in window)])
    )


def _are_ids(ids: list[str]) -> bool:
    """Tell whether these are event ids in normal form, and all different."""
    return len(set(ids)) == len(ids) and (not ids or are_normal_ulids(ids) or NORMAL_IDS.fits(ids))
