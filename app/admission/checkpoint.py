"""The checkpoint: a mission between two batches as one opaque text, which survives any database, queue or language.

    mission-checkpoint.1.BODY.DIGEST

Letters, digits and `- _ . =` alone. BODY is the mission, compressed, in base64url; DIGEST the SHA-256 of all that
stands before it. The digest finds accidents and is no signature: whoever forges one forges a mission of their own.
"""

import re
import zlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Final

from app.admission.admitting import Mission
from app.admission.refusals import BadCheckpointError, LargeCheckpointError
from app.admission.saved import restore, save

NAME: Final = "mission-checkpoint"
VERSION: Final = 1
LARGEST_CHECKPOINT: Final = 64 * 1024 * 1024
"""How many bytes a checkpoint has at most, decompressed, unless the caller says otherwise."""
RECENT_EVENTS: Final = 1_000
"""How many of the events accepted last a checkpoint remembers, unless the caller says otherwise."""
FASTEST: Final = 1
SMALL: Final = 4096
"""What is smaller is not worth compressing, and so has the same text whatever zlib there is."""

_form = re.compile(rf"{NAME}\.([0-9]{{1,9}})\.([A-Za-z0-9_=-]*)(?:\.([A-Za-z0-9_=-]*))?").fullmatch


def write_checkpoint(
    mission: Mission, state: bytes, *, recent: int = RECENT_EVENTS, largest: int = LARGEST_CHECKPOINT
) -> str:
    """Write a mission whose state's bytes are `state`; raises `LargeCheckpointError` for one that none would read."""
    saved = save(mission, state, recent)
    _check_size(len(saved), largest)
    compressed = zlib.compress(saved, FASTEST if len(saved) > SMALL else 0)
    head = f"{NAME}.{VERSION}.{urlsafe_b64encode(compressed).decode()}"
    return f"{head}.{_digest(head)}"


def read_checkpoint(text: str, *, largest: int = LARGEST_CHECKPOINT) -> Mission:
    """Read a checkpoint; raises `BadCheckpointError` with the reason, or `LargeCheckpointError`."""
    form = _form(text)
    if form is None:
        raise BadCheckpointError("It is no checkpoint of this service" if text else "It is empty")
    version, body, digest = form.groups()
    if int(version) != VERSION:
        raise BadCheckpointError(f"It is of version {version}, and this service reads version {VERSION}")
    if digest is None or len(digest) < len(_digest("")):
        raise BadCheckpointError("It is truncated: its end is missing")
    if digest != _digest(text.rpartition(".")[0]):
        raise BadCheckpointError("It was altered: its digest does not fit")
    mission = restore(_decompressed(body, largest))
    if mission is None:
        raise BadCheckpointError("Its digest fits, and what it says is no mission's")
    return mission


def _decompressed(body: str, largest: int) -> bytes:
    stream = zlib.decompressobj()
    try:
        saved = stream.decompress(urlsafe_b64decode(body), largest + 1)
    except (ValueError, zlib.error):
        return b""
    _check_size(len(saved), largest)
    return saved if stream.eof and not stream.unused_data else b""


def _check_size(size: int, largest: int) -> None:
    if size > largest:
        raise LargeCheckpointError(f"The checkpoint has more than {largest} bytes, counted after decompression")


def _digest(text: str) -> str:
    return urlsafe_b64encode(sha256(text.encode()).digest()).decode().rstrip("=")
