"""How fast a client reads what waits for it, by the looks that a server takes."""

from app.server.timeouts import MinimumRate, ReadingRate
from app.settings import Settings

SETTINGS = Settings(body_seconds=4.0, min_body_rate=1_000, head_seconds=8.0, keep_alive_seconds=8.0)
"""A look each half second; within seven of them 3,500 bytes have to be read."""
LOOKS = 7


def judged(*unread: int) -> list[bool]:
    rate = ReadingRate(SETTINGS)
    return [rate.is_too_slow(each) for each in unread]


def test_a_client_that_reads_nothing_is_too_slow_once_the_window_is_over() -> None:
    assert judged(*[10_000] * (LOOKS + 2)) == [False] * LOOKS + [True, True]


def test_a_client_that_keeps_its_rate_is_not_too_slow() -> None:
    assert not any(judged(*range(100_000, 0, -500)))
    assert any(judged(*range(100_000, 0, -499)))


def test_nothing_that_waits_is_no_slowness() -> None:
    assert not any(judged(*[0] * 20))


def test_new_bytes_begin_another_window() -> None:
    assert not any(judged(*[10_000] * LOOKS, 10_001, *[10_001] * (LOOKS - 1)))


def test_what_came_fast_before_the_window_makes_up_for_nothing() -> None:
    rate = MinimumRate(SETTINGS)
    counts = [1_000_000] * (LOOKS + 2)
    assert [rate.is_too_slow(count) for count in counts][-1]
