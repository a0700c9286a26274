"""The checkpoint: a mission between two batches as one opaque text, which survives any database, queue or language.

    mission-checkpoint.2.CONTENT.DIGEST

Letters, digits and `- _ . =` alone. CONTENT is compressed, in base64url; DIGEST is the SHA-256 of all that stands
before it. It detects accidents. It is no signature: anyone can make a checkpoint.
Version 1, of the first release, has one more part, `CONTENT.HASHES`; it is read, and never written.
"""

import zlib
from hashlib import sha256
from typing import Final

import msgspec
from isal import isal_zlib
from pybase64 import b64decode, b64encode_as_string

from mission_collaboration.admission.codec import read_content, write_content
from mission_collaboration.admission.errors import NO_MISSION, BadCheckpointError, CheckpointSizeError
from mission_collaboration.admission.first_release import read_first_release
from mission_collaboration.admission.mission import Mission

NAME: Final = "mission-checkpoint"
VERSION: Final = "2"
FIRST_RELEASE: Final = "1"
PARTS: Final = {VERSION: 1, FIRST_RELEASE: 2}
"""Version → how many parts stand between the version and the digest."""
LARGEST_CONTENT: Final = 68 * 1024 * 1024
"""How many bytes a checkpoint has at most, decompressed, unless the caller says otherwise."""
LEVEL: Final = 1
STORED: Final = 0
BARE: Final = -15
"""Deflate without zlib's own checksum, which takes time and adds nothing to the digest."""
SMALL: Final = 4096
"""Smaller contents are stored uncompressed: compression would gain nothing."""
DIGEST_LENGTH: Final = 43
ALPHABET: Final = b"-_"
"""What base64url has instead of `+` and `/`."""


def write_checkpoint(mission: Mission, *, largest: int = LARGEST_CONTENT) -> str:
    """Write a mission; raises `CheckpointSizeError` for one whose checkpoint would not be read again."""
    content = write_content(mission)
    if len(content) > largest:
        raise CheckpointSizeError(len(content), largest)
    if len(content) > SMALL:
        compressed = isal_zlib.compress(content, LEVEL, BARE)
    else:
        compressed = zlib.compress(content, STORED, BARE)
    head = f"{NAME}.{VERSION}.{b64encode_as_string(compressed, altchars=ALPHABET)}"
    return f"{head}.{_digest(head)}"


def read_checkpoint(text: str, *, largest: int = LARGEST_CONTENT) -> Mission:
    """Read a checkpoint; raises `BadCheckpointError` with the reason, or `CheckpointSizeError`."""
    version, parts = _checked_parts(text)
    try:
        if "+" in text or "/" in text:  # which `b64decode` would take, with a warning
            raise ValueError("no base64url")
        compressed, *hashes = (b64decode(part, altchars=ALPHABET, validate=True) for part in parts)
        stream = isal_zlib.decompressobj(BARE)
        content = stream.decompress(compressed, largest + 1)
        if len(content) > largest:
            raise CheckpointSizeError(len(content), largest)
        if not stream.eof or stream.unused_data:
            raise ValueError("not one whole stream")
        mission = read_content(content) if version == VERSION else read_first_release(content, *hashes)
    except (ValueError, RecursionError, msgspec.MsgspecError, isal_zlib.IsalError):  # type: ignore[misc] # its stub takes the class for an instance
        mission = None
    if mission is None:
        raise BadCheckpointError(NO_MISSION)
    return mission


def _checked_parts(text: str) -> tuple[str, list[str]]:
    """Take a checkpoint apart that is as it was handed out: its version, and the parts of its content."""
    if not text.isascii() or not text.startswith(f"{NAME}."):
        raise BadCheckpointError("It is no checkpoint of this service" if text else "It is empty")
    head, _, digest = text.rpartition(".")
    _, version, *parts = text.split(".")
    if version not in PARTS:
        readable = " and ".join(sorted(PARTS))
        raise BadCheckpointError(f"It is of version '{version:.20}', and this service reads versions {readable}")
    expected = PARTS[version] + 1
    if len(parts) < expected or (len(parts) == expected and len(digest) < DIGEST_LENGTH):
        raise BadCheckpointError("It is truncated: its end is missing")
    if len(parts) > expected or digest != _digest(head):
        raise BadCheckpointError("It was altered: its digest does not fit")
    return version, parts[:-1]


def _digest(head: str) -> str:
    return b64encode_as_string(sha256(head.encode()).digest(), altchars=ALPHABET).rstrip("=")
