"""The benchmark's own arithmetic: ratios, percentiles, verdicts, what is printed."""

import pytest

from loadtests.bench.report import kept, table
from loadtests.bench.rows import Row, Target, against, digits, pair_ratios, percentile, row_of

TIMES = Target(1.25, 1.8, "x")
RATES = Target(80.0, 60.0, "%", more_is_better=True)


@pytest.mark.parametrize(
    ("target", "measured", "verdict"),
    [
        (TIMES, 1.25, "ok"),
        (TIMES, 1.26, "at least"),
        (TIMES, 1.8, "at least"),
        (TIMES, 1.81, "MISSED"),
        (RATES, 80.0, "ok"),
        (RATES, 79.9, "at least"),
        (RATES, 59.9, "MISSED"),
        (RATES, None, "not available"),
    ],
)
def test_a_verdict_knows_both_marks_and_which_way_is_better(
    target: Target, measured: float | None, verdict: str
) -> None:
    assert Row("work", target, measured).verdict == verdict


def test_ratios_are_of_pairs_and_not_of_medians() -> None:
    slow_moment_in_the_middle = pair_ratios([2.0, 20.0, 4.0], [1.0, 10.0, 2.0])
    assert slow_moment_in_the_middle == [2.0, 2.0, 2.0]
    with pytest.raises(ValueError, match="argument 2"):
        pair_ratios([1.0], [1.0, 2.0])


def test_a_row_has_the_median_and_the_spread() -> None:
    row = row_of("work", TIMES, [3.0, 1.0, 1.5], floor="1 ms")
    assert (row.measured, row.spread, row.verdict, row.floor) == (1.5, (1.0, 3.0), "at least", "1 ms")


@pytest.mark.parametrize(
    ("share", "found"), [(0.0, 1.0), (0.01, 1.0), (0.5, 50.0), (0.99, 99.0), (0.991, 100.0), (1.0, 100.0)]
)
def test_a_percentile_is_the_nearest_rank(share: float, found: float) -> None:
    assert percentile([float(number) for number in range(100, 0, -1)], share) == found


@pytest.mark.parametrize(("figure", "text"), [(1.2549, "1.25"), (0.18, "0.18"), (99.9, "99.9"), (1349.9, "1,350")])
def test_figures_have_three_digits_and_no_exponent(figure: float, text: str) -> None:
    assert digits(figure) == text


def test_what_stands_beside_the_floor_says_its_ratio() -> None:
    assert against([0.4, 0.5, 0.6], [0.1, 0.1, 0.1]) == "500 ms (5 x)"


def test_the_table_has_every_row_under_its_columns_and_the_notes_beneath() -> None:
    missing = Row("ordered", Target(100.0, 200.0, "B"), None, note="answered 415")
    text = table([row_of("reduce", TIMES, [1.2, 1.4, 1.3], floor="10 ms"), missing]).splitlines()
    assert " ".join(text[0].split()) == "work floor peer service measured spread goal at least"
    assert " ".join(text[2].split()) == "reduce 10 ms - - 1.3 x 1.2 to 1.4 1.25 x 1.8 x at least"
    assert " ".join(text[3].split()) == "ordered - - - - - 100 B 200 B not available"
    assert text[-1] == "  ordered: answered 415"


def test_what_is_kept_has_verdicts() -> None:
    (row,) = kept({"python": "3"}, [row_of("reduce", TIMES, [1.2])], 1.23)["rows"]
    assert (row["verdict"], row["target"]["goal"], row["spread"]) == ("ok", 1.25, (1.2, 1.2))
