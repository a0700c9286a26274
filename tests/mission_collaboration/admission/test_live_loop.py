"""The live loop against strict reduction and a naive reading: any history, cut anywhere, sent again, resumed."""

import random
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from mission_collaboration.admission import checkpoint
from mission_collaboration.admission.digest_cache import DigestCache
from tests.support import strategies
from tests.support.backend import ODD, TWISTS, Backend
from tests.support.folding import Json, examples

DRAWN = st.lists(st.tuples(strategies.steps(), st.sampled_from(("", "", "", "", *ODD))), min_size=1, max_size=9)
TWISTED = st.lists(st.tuples(st.sampled_from(TWISTS), st.integers(0, 99), st.integers(0, 11)), max_size=3)
CREWS = (strategies.PARTICIPANTS, strategies.PARTICIPANTS, strategies.PARTICIPANTS[:2], ())
ORDERS = st.randoms(use_true_random=False)
WINDOWS = (1_000, 1_000, 3)  # a small one lets accepted ids be forgotten


class LiveLoop(RuleBasedStateMachine):
    """What may happen to a backend, in any order."""

    @initialize(window=st.sampled_from(WINDOWS), roster=strategies.rosters(), crew=st.sampled_from(CREWS))
    def begin(self, window: int, roster: dict[str, Json] | None, crew: tuple[str, ...]) -> None:
        self.backend = Backend(window, roster, crew, Counter())

    @rule(drawn=DRAWN, twisted=TWISTED, order=ORDERS)
    def next_batch(self, drawn: list[Any], twisted: list[Any], order: random.Random) -> None:
        self.backend.send(batch_of(self.backend, drawn, twisted, order))

    @rule(drawn=DRAWN)
    def next_batch_or_nothing(self, drawn: list[Any]) -> None:
        self.backend.send(batch_of(self.backend, drawn, [], random.Random(0)), on_late="refuse")

    @rule()
    def send_again(self) -> None:
        self.backend.send_again()

    @rule()
    def send_again_with_the_old_checkpoint(self) -> None:
        self.backend.send_again_with_the_old_checkpoint()

    @rule()
    def go_on_in_another_process(self) -> None:
        move_elsewhere()

    @rule(pick=st.integers(0, 99), order=ORDERS)
    def resume(self, pick: int, order: random.Random) -> None:
        self.backend.resume(pick, order)

    @invariant()
    def the_state_is_that_of_strict_reduction(self) -> None:
        if hasattr(self, "backend"):
            self.backend.check()


def move_elsewhere() -> None:
    """Go on where none of the checkpoints was seen before."""
    checkpoint._known_sound = DigestCache(checkpoint._known_sound.most)


def batch_of(backend: Backend, drawn: list[Any], twisted: list[Any], order: random.Random) -> list[Any]:
    batch = [backend.fresh(step, odd) for step, odd in drawn]
    batch += [event for twist in twisted for event in backend.twisted(*twist)]
    order.shuffle(batch)
    return batch


def test_whatever_happens_the_state_is_that_of_strict_reduction() -> None:
    profile = settings(examples(40), stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(LiveLoop, settings=profile)


def drawn_by(chance: random.Random) -> tuple[strategies.Step, str]:
    step = strategies.Step(
        chance.choice(strategies.TYPES_BY_SHARE),
        chance.choice(strategies.PARTICIPANTS),
        chance.choice(strategies.PARTICIPANTS),
        chance.randrange(12),
        chance.randrange(8),
        chance.choice(strategies.SPELLINGS),
    )
    return step, chance.choice(("", "", "", "", "", "", "", "", *ODD))


def live(chance: random.Random, batches: int, met: Counter[str]) -> None:
    """Run a mission of many batches, in which everything happens."""
    crew = strategies.PARTICIPANTS if chance.random() < 0.8 else ()
    backend = Backend(chance.choice(WINDOWS), None, crew, met)
    for _ in range(batches):
        drawn = [drawn_by(chance) for _ in range(chance.randint(1, 12))]
        twisted = [(chance.choice(TWISTS), chance.randrange(30), chance.randrange(12)) for _ in range(2)]
        on_late = "refuse" if chance.random() < 0.2 else "reject"
        backend.send(batch_of(backend, drawn, twisted, chance), on_late)
        if chance.random() < 0.3:
            move_elsewhere()
        again = chance.random()
        if again < 0.1:
            backend.send_again()
        elif again < 0.2:
            backend.send_again_with_the_old_checkpoint()
        elif again < 0.35:
            backend.resume(chance.randrange(100), chance)
        backend.check()


def test_long_missions_are_exact_with_everything_in_them() -> None:
    met: Counter[str] = Counter()
    for seed in range(8):
        live(random.Random(seed), 20, met)
    refusals = ("late-event", "clock-jump", "conflicting-duplicate", "malformed-payload", "mission-mismatch")
    rows = ("unknown-participant", "departed-participant", "unknown-warning", "unmatched-completion")
    verdicts = ("accepted", "duplicate", "ignored", "invalid-request")
    told = (*verdicts, *refusals, *rows, "retries", "refused", "resumed", "late events taken in")
    assert {kind for kind in told if met[kind] < 10} == set(), met
