"""The reducer against a second, naive reading of the contract (R1 to R33)."""

from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration.reducer.fold import MODES
from tests.support import builders as build
from tests.support.folding import Json, comparable_outcome, joins, naive_outcome
from tests.support.histories import accepted_histories, histories, rosters
from tests.support.near_misses import near_payloads
from tests.support.pools import EVENT_TYPES


@given(histories(), rosters())
def test_the_reducer_agrees_with_the_naive_reading(events: list[Json], roster: dict[str, Json] | None) -> None:
    """States to the kind of each anomaly; refusals to code, event and participant."""
    for mode in MODES:
        assert comparable_outcome(events, mode, roster) == naive_outcome(events, mode, roster)


@given(accepted_histories())
def test_the_reducer_agrees_with_the_naive_reading_on_lawful_histories(events: list[Json]) -> None:
    """Strict mode gets to the end of these."""
    assert comparable_outcome(events, "strict") == naive_outcome(events, "strict")


@given(st.data())
def test_the_reducer_agrees_with_the_naive_reading_on_payloads_that_nearly_fit(data: st.DataObject) -> None:
    """R33: and in a conflict, their content (R31)."""
    event_type = data.draw(st.sampled_from(EVENT_TYPES))
    payload = data.draw(near_payloads(event_type).filter(lambda drawn: isinstance(drawn, dict)))
    rival = data.draw(st.sampled_from((payload, {}, {**payload, "zz_future": 1})))
    events = [
        build.event(event_type, payload, lamport_clock=7),
        build.event(event_type, rival, lamport_clock=7),
        *build.history(*joins("p1", "p2", "p3")),
    ]
    for mode in MODES:
        assert comparable_outcome(events, mode) == naive_outcome(events, mode)
