"""The checkpoint: a mission between two batches as one opaque text, which survives any database, queue or language.

    mission-checkpoint.1.MISSION.HASHES.DIGEST

Letters, digits and `- _ . =` alone. MISSION is compressed, HASHES what compression would only lose time with, both in
base64url; DIGEST is the SHA-256 of all that stands before it. It finds accidents and is no signature: whoever forges a
checkpoint forges a mission of their own.
"""

import zlib
from hashlib import sha256
from typing import Final

from isal import isal_zlib
from pybase64 import b64decode, b64encode_as_string

from mission_collaboration.admission.checkpoint_codec import restore, save
from mission_collaboration.admission.digest_cache import DigestCache
from mission_collaboration.admission.errors import BadCheckpointError, LargeCheckpointError
from mission_collaboration.admission.mission import Mission

NAME: Final = "mission-checkpoint"
VERSION: Final = "1"
LARGEST_CHECKPOINT: Final = 64 * 1024 * 1024
"""How many bytes a checkpoint has at most, decompressed, unless the caller says otherwise."""
RECENT_EVENTS: Final = 1_000
"""How many of the events accepted last a checkpoint remembers, unless the caller says otherwise."""
LEVEL: Final = 1
STORED: Final = 0
BARE: Final = -15
"""Deflate without zlib's own checksum, which takes time and adds nothing to the digest."""
SMALL: Final = 4096
"""What is smaller is not worth compressing, and so has the same text whatever compressor there is."""
DIGEST_LENGTH: Final = 43
ALPHABET: Final = b"-_"
"""What base64url has instead of `+` and `/`."""
PARTS: Final = 5
_known_sound = DigestCache(4096)
"""The checkpoints that this process wrote or read last: the live loop brings most of them back soon."""


def write_checkpoint(
    mission: Mission, state: bytes, *, recent: int = RECENT_EVENTS, largest: int = LARGEST_CHECKPOINT
) -> str:
    """Write a mission whose state's bytes are `state`; raises `LargeCheckpointError` for one that none would read."""
    saved, hashes = save(mission, state, recent)
    _check_size(len(saved), largest)
    compressed = isal_zlib.compress(saved, LEVEL, BARE) if len(saved) > SMALL else zlib.compress(saved, STORED, BARE)
    head = ".".join((NAME, VERSION, _text(compressed), _text(hashes)))
    digest = _digest(head)
    _known_sound.add(digest)
    return f"{head}.{digest}"


def read_checkpoint(text: str, *, largest: int = LARGEST_CHECKPOINT) -> Mission:
    """Read a checkpoint; raises `BadCheckpointError` with the reason, or `LargeCheckpointError`."""
    saved, hashes, digest = _checked_parts(text)
    is_sound = digest in _known_sound
    try:
        plain = _decompressed(_bytes(saved), largest)
        mission = restore(plain, _bytes(hashes), is_sound=is_sound)
    except (ValueError, isal_zlib.IsalError):  # type: ignore[misc] # its stub takes the class for an instance
        mission = None
    if mission is None:
        raise BadCheckpointError("Its digest fits, and what it says is no mission's")
    _known_sound.add(digest)
    return mission


def _checked_parts(text: str) -> tuple[str, str, str]:
    """Take a checkpoint apart that is as it was handed out: mission, hashes, digest."""
    if not text.isascii() or not text.startswith(f"{NAME}."):
        raise BadCheckpointError("It is no checkpoint of this service" if text else "It is empty")
    head, _, digest = text.rpartition(".")
    _, version, *parts = text.split(".")
    if version != VERSION:
        raise BadCheckpointError(f"It is of version '{version:.20}', and this service reads version {VERSION}")
    if len(parts) < PARTS - 2 or (len(parts) == PARTS - 2 and len(digest) < DIGEST_LENGTH):
        raise BadCheckpointError("It is truncated: its end is missing")
    if len(parts) > PARTS - 2 or digest != _digest(head):
        raise BadCheckpointError("It was altered: its digest does not fit")
    return parts[0], parts[1], digest


def _decompressed(compressed: bytes, largest: int) -> bytes:
    stream = isal_zlib.decompressobj(BARE)
    saved = stream.decompress(compressed, largest + 1)
    _check_size(len(saved), largest)
    return saved if stream.eof and not stream.unused_data else b""


def _check_size(size: int, largest: int) -> None:
    if size > largest:
        raise LargeCheckpointError(f"The checkpoint has more than {largest} bytes, counted after decompression")


def _text(part: bytes) -> str:
    return b64encode_as_string(part, altchars=ALPHABET)


def _bytes(text: str) -> bytes:
    if "+" in text or "/" in text:  # which would be taken, with a warning
        raise ValueError("no base64url")
    return b64decode(text, altchars=ALPHABET, validate=True)


def _digest(text: str) -> str:
    return _text(sha256(text.encode()).digest()).rstrip("=")
