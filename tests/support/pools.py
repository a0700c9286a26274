"""The small pools that drawn histories take their names, types and instants from, so that the same ones meet often."""

from tests.support.naive_events import PAYLOADS

MISSIONS = ("m1", "m2")

# The last two are in the opposite order by UTF-16 units.
PARTICIPANTS = ("p1", "p10", "\uff50", "\U0001f680")
STEPS = ("s1", "s2", "s10")
TARGETS = ("t1", "t2")
WARNINGS = ("w1", "w2", "w3")
EVENT_TYPES = tuple(PAYLOADS)
OTHER_TYPES = ("MissionCreated", "participantjoined", "ParticipantJoined ", "WPStatusChanged")

# Each row is one instant in several spellings; the rows are in the order of time.
INSTANTS = (
    ("2026-01-02T03:04:05Z", "2026-01-02T03:04:05", "2026-01-02T04:34:05+01:30", "2026-01-01T22:04:05-05:00"),
    ("2026-01-02T03:04:05.000001Z", "2026-01-02T03:04:05.0000019", "2026-01-02T05:04:05.000001000+02:00"),
    ("2026-01-02T03:04:05.5Z", "2026-01-02T03:04:05.500000", "2026-01-02T03:04:05.50+00:00"),
    ("2026-01-02T03:04:06Z", "2026-01-02T03:04:06.000Z", "2026-01-02T03:04:06.000000999-00:00"),
    ("2026-01-02T03:04:10Z", "2026-01-02T02:04:10-01:00"),
)
SPELLINGS = tuple(spelling for row in INSTANTS for spelling in row)


def pick(pool: tuple[str, ...], variant: int) -> str:
    return pool[variant % len(pool)]
