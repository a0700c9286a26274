"""Log lines and metrics stay short, even where a batch is large or odd."""

import pickle

from app.responses import batch_statistics
from tests.support import builders as build
from tests.support.folding import events_of


def test_events_are_counted_by_type_and_all_unknown_types_as_one() -> None:
    """Facts travel between processes and wait for a while; the caller's own names would be any size."""
    known = [build.event(*build.joined("p1")), build.event(*build.joined("p2")), build.event(*build.drive("p1"))]
    others = [build.event(f"Deployed-{number}-{'x' * 400}", {}) for number in range(50)]
    facts = batch_statistics(events_of([*known, *others]), "strict")
    assert facts.types == {"ParticipantJoined": 2, "DriveIntentSet": 1, "other": 50}
    assert facts.events == 53
    assert len(pickle.dumps(facts)) < 500
