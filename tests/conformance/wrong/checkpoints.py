"""Variants that get checkpoints wrong (A17, A22, A23)."""

from collections.abc import Callable
from dataclasses import replace
from string import ascii_letters, digits
from typing import Any

from mission_collaboration.admission import checkpoint
from mission_collaboration.admission.errors import BadCheckpointError
from mission_collaboration.admission.horizon import read_state, write_state
from mission_collaboration.admission.mission import Mission, start_mission
from mission_collaboration.admission.remembered import Remembered

from .variant import Patch, Variant, instead

right_read = checkpoint.read_checkpoint
right_write = checkpoint.write_checkpoint


def reading(read: Callable[..., Mission]) -> Patch:
    return instead("app.api.endpoints.admission.read_checkpoint", read)


def losing(**lost: Any) -> Patch:
    """Lose something of a mission between two batches."""
    return reading(lambda text, **options: replace(right_read(text, **options), **lost))


def losing_at_horizon(name: str) -> Patch:
    """Lose something of the account at the horizon."""

    def read(text: str, **options: Any) -> Mission:
        mission = right_read(text, **options)
        state = read_state(mission.state)
        setattr(state, name, type(getattr(state, name))())
        return replace(mission, state=write_state(state))

    return reading(read)


def start_anew(text: str, **options: Any) -> Mission:
    try:
        return right_read(text, **options)
    except BadCheckpointError:
        return start_mission()


def mend(text: str, **options: Any) -> Mission:
    """Take a checkpoint that lacks its last letter."""
    for letter in ("", *ascii_letters, *digits, "-", "_"):
        try:
            return right_read(text + letter, **options)
        except BadCheckpointError:
            continue
    return right_read(text, **options)


def take_the_first(text: str, **options: Any) -> Mission:
    """Take what two checkpoints in one text begin with."""
    try:
        return right_read(text, **options)
    except BadCheckpointError:
        return right_read(text[: len(text) // 2], **options)


class Memory:
    """A service that remembers where a mission stood instead of reading it."""

    def __init__(self) -> None:
        self.last: str | None = None
        self.latest: dict[str, str] = {}
        self.originals: dict[int, str] = {}

    def write(self, *mission: Any, **options: Any) -> str:
        self.last = right_write(*mission, **options)
        self.originals[len(self.last)] = self.last
        return self.last

    def write_by_mission(self, mission: Mission, *state: Any, **options: Any) -> str:
        return self.latest.setdefault(f"!{mission.mission_id}", right_write(mission, *state, **options))

    def read_last(self, text: str, **options: Any) -> Mission:
        right_read(text, **options)
        return right_read(self.last or text, **options)

    def read_by_length(self, text: str, **options: Any) -> Mission:
        """Look a checkpoint up by its length, even if letters of it changed."""
        return right_read(self.originals.get(len(text), text), **options)


LAST, LENGTHS = Memory(), Memory()

VARIANTS = (
    Variant(
        "mixes two missions' checkpoints",
        "A mission goes on where another one stood.",
        "A17",
        "A checkpoint can be gone on from twice",
        ("/results/0/verdict", '"accepted"', '"rejected"'),
        changes=(reading(LAST.read_last), instead("app.api.endpoints.admission.write_checkpoint", LAST.write)),
    ),
    Variant(
        "accepts an altered checkpoint",
        "What became of a checkpoint on its way is not noticed.",
        "A23",
        "A checkpoint with another letter in it is refused",
        ("status", "422", "200"),
        changes=(
            reading(LENGTHS.read_by_length),
            instead("app.api.endpoints.admission.write_checkpoint", LENGTHS.write),
        ),
    ),
    Variant(
        "starts anew from a checkpoint that it cannot read",
        "A damaged checkpoint is a mission of nothing.",
        "A23",
        "A checkpoint with another letter in it is refused",
        ("status", "422", "200"),
        changes=(reading(start_anew),),
    ),
    Variant(
        "mends a checkpoint that was cut off",
        "A column that is one letter too short goes unnoticed.",
        "A23",
        "A checkpoint without its last letter is refused",
        ("status", "422", "200"),
        changes=(reading(mend),),
    ),
    Variant(
        "reads the first of two checkpoints",
        "What stands behind a checkpoint goes unnoticed.",
        "A23",
        "A checkpoint twice in one text is refused",
        ("status", "422", "200"),
        changes=(reading(take_the_first),),
    ),
    Variant(
        "forgets the window across a checkpoint",
        "What was taken in with the last batch is gone.",
        "A22",
        "A batch for each event, the state is the same",
        ("/results/0/verdict", '"duplicate"', '"accepted"'),
        changes=(losing(window=[]),),
    ),
    Variant(
        "forgets the horizon across a checkpoint",
        "No event is late, even where all before it was settled.",
        "L3",
        "An event after the horizon takes its place in a full window",
        ("/horizon", '{"lamport_clock": 1, "timestamp": "2026-01-01T12:0', "null"),
        changes=(losing(horizon=None),),
    ),
    Variant(
        "forgets settled ids across a checkpoint",
        "A batch that is sent again after a time-out is called late.",
        "L8",
        "Without settling nothing is handed out",
        ("/results/0/verdict", '"duplicate"', '"rejected"'),
        changes=(losing(remembered=Remembered()),),
    ),
    Variant(
        "forgets invitations across a checkpoint",
        "Who was invited before a batch was not after it.",
        "A22",
        "What was settled goes on with the checkpoint",
        (
            "/state/anomalies",
            '[{"event_id": "01J00000000000000000000008", "event',
            '[{"event_id": "01J00000000000000000000008", "event',
        ),
        changes=(losing_at_horizon("invited"),),
    ),
    Variant(
        "forgets anomalies across a checkpoint",
        "What was odd before a batch was not after it.",
        "A22",
        "What was settled goes on with the checkpoint",
        ("/state/anomalies/0", '{"event_id": "01J00000000000000000000008", "event_', "(missing)"),
        changes=(losing_at_horizon("anomalies"),),
    ),
    Variant(
        "forgets who left across a checkpoint",
        "Who left is a stranger.",
        "A22",
        "What was settled goes on with the checkpoint",
        ("/state/departed_participants/p2", '{"participant_id": "p2", "participant_type": "huma', "(missing)"),
        changes=(losing_at_horizon("departed"),),
    ),
    Variant(
        "forgets steps in flight across a checkpoint",
        "A step that was started in one batch cannot be completed in the next.",
        "A22",
        "What was settled goes on with the checkpoint",
        ("/state/active_executions/p1", '["s1"]', "(missing)"),
        changes=(losing_at_horizon("executions"),),
    ),
)
