"""Writes an explanation as JSON: what `POST /explain` answers, and what the command line prints."""

from typing import Final

import msgspec

from mission_collaboration.explanation.timeline import Explanation
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.snapshot import encode, plain

_write: Final = msgspec.json.Encoder(enc_hook=plain).encode


def take_raw_state(accumulator: Accumulator) -> msgspec.Raw:
    """Write the state as `/reduce` answers it, to stand as it is in an explanation."""
    return msgspec.Raw(encode(accumulator))


def encode_explanation(explanation: Explanation[msgspec.Raw]) -> bytes:
    """Write an explanation whose state was written already."""
    return _write(explanation)
