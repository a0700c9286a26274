"""Long streams of events, made the same in every run: the benchmark mix of contract C4."""

import random

from tests.support import builders as build
from tests.support.folding import Json, Pair

PEOPLE = tuple(f"p{number:02}" for number in range(50))
SHARES = {
    "come_or_go": 5,
    "heartbeat": 30,
    "drive_or_look": 20,
    "start_or_end": 15,
    "warn_or_answer": 10,
    "say_or_decide": 10,
    "link": 10,
}


def benchmark_mix(count: int, seed: int = 1) -> list[Json]:
    """Make `count` events by the shares of C4, lawful in strict mode: everybody joins first."""
    mix = Mix(random.Random(seed))
    pairs = [build.joined(person) for person in PEOPLE]
    pairs += [mix.next() for _ in range(count - len(PEOPLE))]
    return build.history(*pairs)


class Mix:
    """A mission in which every event keeps the rules."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.here = list(PEOPLE)
        self.away: list[str] = []
        self.running: list[tuple[str, str]] = []
        self.warnings = 0

    def next(self) -> Pair:
        """Let somebody do something."""
        (kind,) = self.chance.choices(list(SHARES), list(SHARES.values()))
        act: Pair = getattr(self, kind)(self.chance.choice(self.here), self.chance.randrange(1_000))
        return act

    def come_or_go(self, who: str, number: int) -> Pair:
        """Let a participant who left come back before the next one leaves."""
        if self.away:
            self.here.append(self.away.pop())
            return build.joined(self.here[-1])
        self.here.remove(who)
        self.away.append(who)
        self.running = [started for started in self.running if started[0] != who]
        return build.left(who)

    def heartbeat(self, who: str, number: int) -> Pair:
        return build.heartbeat(who)

    def drive_or_look(self, who: str, number: int) -> Pair:
        if number % 2:
            return build.drive(who, self.chance.choice(("active", "inactive")))
        return build.focus(who, f"wp-{number % 40}")

    def start_or_end(self, who: str, number: int) -> Pair:
        if self.running and number % 2:
            return build.completed(*self.running.pop(number % len(self.running)))
        self.running.append((who, f"s{number % 30}"))
        return build.started(*self.running[-1])

    def warn_or_answer(self, who: str, number: int) -> Pair:
        if self.warnings and number % 3:
            return build.acknowledged(who, f"w{self.warnings}", "hold")
        self.warnings += 1
        return build.driver_warning(f"w{self.warnings}", who, self.chance.choice(self.here))

    def say_or_decide(self, who: str, number: int) -> Pair:
        return build.comment(who, f"c{number}") if number % 2 else build.decision(who, f"d{number}")

    def link(self, who: str, number: int) -> Pair:
        return build.session_link(who, f"x{number}")
