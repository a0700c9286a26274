"""The live loop against the naive reading and strict reduction: any history, cut anywhere, in any order, sent again."""

import random
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.support import backend
from tests.support import builders as build
from tests.support.backend import Backend, Plan
from tests.support.folding import Json, examples
from tests.support.histories import rosters
from tests.support.naive_admission import Bounds

CHANCES = st.randoms(use_true_random=False)
WINDOWS = st.builds(
    Bounds,
    st.sampled_from((1, 2, 5, 20, 1_000)),
    st.sampled_from((1_024, 3_000, 10**7)),
    st.sampled_from((1, 3, 1_000)),
)
STEPS = st.sampled_from((None, 2, 5, 1_000))
MISSIONS = st.sampled_from((None, "m1"))


class LiveLoop(RuleBasedStateMachine):
    """What may happen to a backend, in any order."""

    @initialize(
        bounds=WINDOWS,
        roster=rosters(),
        mission_id=MISSIONS,
        step=STEPS,
        chance=CHANCES,
        clocks=st.sampled_from(("all", "all", "some", "none")),
    )
    def begin(
        self,
        bounds: Bounds,
        roster: dict[str, Json] | None,
        mission_id: str | None,
        step: int | None,
        chance: random.Random,
        clocks: str,
    ) -> None:
        self.backend = Backend(Plan(bounds, roster, mission_id, step))
        self.events = backend.mission_of(chance, 40, clocks)
        self.sent = 0

    @rule(count=st.integers(1, 8), late=st.integers(0, 12), odd=st.integers(0, 2), settle=st.booleans(), chance=CHANCES)
    def send(self, count: int, late: int, odd: int, settle: bool, chance: random.Random) -> None:
        """Send the next events; some of them stay behind and come later."""
        ready = self.events[self.sent : self.sent + count + late]
        batch = backend.with_oddities(chance.sample(ready, min(count, len(ready))), chance, odd) if ready else []
        self.sent += count
        self.backend.send(batch, settle=settle)

    @rule(count=st.integers(1, 12), settle=st.booleans(), chance=CHANCES)
    def send_again(self, count: int, settle: bool, chance: random.Random) -> None:
        """Send some of what was sent, or stayed behind."""
        batch = chance.sample(self.events[: self.sent], min(count, self.sent, len(self.events)))
        self.backend.send(batch, settle=settle)

    @rule(pick=st.integers(0, 3))
    def go_back(self, pick: int) -> None:
        self.backend.go_back(pick)

    @invariant()
    def the_state_is_that_of_strict_reduction(self) -> None:
        if hasattr(self, "backend"):
            self.backend.check()


def test_whatever_happens_the_naive_reading_says_the_same() -> None:
    profile = settings(examples(40), stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(LiveLoop, settings=profile)


def live(seed: int, met: Counter[str]) -> None:
    """Send a whole mission, with everything that happens."""
    chance = random.Random(seed)
    clocks = chance.choice(("all", "all", "all", "some", "none"))
    events = backend.mission_of(chance, chance.choice((6, 15, 30, 60)), clocks)
    window = chance.choice((1, 5, 20, 20, 1_000, 1_000)), chance.choice((1_024, 10**7, 10**7, 10**7))
    bounds = Bounds(*window, chance.choice((1, 3, 1_000)))
    roster = {"seeded": build.identity("seeded", session_id="s")} if chance.random() < 0.3 else None
    plan = Plan(bounds, roster, chance.choice((None, "m1")), chance.choice((None, None, 2, 5, 1_000)))
    one = Backend(plan, met)
    odd = chance.choice((0, 0, 8))
    settles = chance.choice((0.0, 0.5, 1.0))
    for batch in backend.cut(backend.with_oddities(events, chance, odd), chance, chance.choice((0, 5, 12, 99))):
        one.send(batch, settle=chance.random() < settles)
        if chance.random() < 0.1:
            one.go_back(chance.randrange(4))
    one.check()


def test_long_missions_are_as_the_naive_reading_has_them() -> None:
    met: Counter[str] = Counter()
    for seed in range(60):
        live(seed, met)
    stopped = ("late-event", "clock-jump", "too-many-pending", "conflicting-duplicate", "mission-mismatch")
    pending = ("pending to accepted", "accepted to pending", "pending to rejected", *backend.ROWS)
    told = ("accepted", "duplicate", "ignored", "invalid-request", "malformed-payload", *stopped, *pending)
    assert {kind for kind in told if met[kind] < 5} == set(), met


def converge(seed: int) -> bool:
    """Send a mission at once and in pieces; false where an event was stopped, of which nothing is promised."""
    chance = random.Random(seed)
    events = backend.mission_of(chance, chance.choice((6, 15, 30)), chance.choice(("all", "all", "none")))
    plan = Plan(Bounds(chance.choice((8, 20, 1_000)), chance.choice((6_000, 10**7))), None, "m1")
    at_once, in_pieces = Backend(plan), Backend(plan)
    settle = chance.random() < 0.3
    at_once.send(chance.sample(events, len(events)), settle=settle)
    for batch in backend.cut(events, chance, chance.choice((3, 9, 99))):
        in_pieces.send(batch, settle=settle)
    if at_once.stopped or in_pieces.stopped:
        return False
    assert whole(in_pieces) == whole(at_once)
    return True


def whole(one: Backend) -> Any:
    """Return everything that has to converge."""
    return one.ledger, one.state, one.handed_out, one.advisories, one.checkpoint


def test_however_a_mission_is_cut_it_converges() -> None:
    """L1: state, verdicts, advisories and what was handed out are those of one request, and so is the checkpoint."""
    assert sum(map(converge, range(150))) > 50
