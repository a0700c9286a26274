"""Many texts looked at together are what each of them is alone (E1, E5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mission_collaboration.contract.formats import normalise_identifier, read_instant
from mission_collaboration.decoding.text_formats import are_normal_ulids, normal_instants
from tests.support import builders as build
from tests.support.folding import examples

INSTANTS = ("2026-01-02T03:04:05Z", "2026-11-12T13:14:15.678Z", "2026-11-12T13:14:15.678901Z")
STRANGE = st.sampled_from("059:-+.TZtz ?é\u0661\uff10\n") | st.characters()


@st.composite
def near(draw: st.DrawFn, text: str) -> str:
    """Draw the text itself, or the text with a character changed, added or left out."""
    place = draw(st.integers(0, len(text)))
    kept = draw(st.integers(place, min(len(text), place + 1)))
    return draw(st.sampled_from([text, text[:place] + draw(st.just("") | STRANGE) + text[kept:]]))


@given(st.sampled_from(INSTANTS).flatmap(lambda text: st.lists(near(text), min_size=1, max_size=3)))
@examples(300)
def test_instants_of_the_usual_shape_are_instants_of_the_contract(texts: list[str]) -> None:
    instants = normal_instants(texts)
    assert instants is None or instants == list(map(read_instant, texts))


@given(st.lists(near(build.ulid(7)), min_size=1, max_size=3))
@examples(300)
def test_ulids_of_the_usual_shape_are_normal_ids_of_the_contract(texts: list[str]) -> None:
    if are_normal_ulids(texts):
        assert [normalise_identifier(text) for text in texts] == texts


@pytest.mark.parametrize("text", INSTANTS)
@pytest.mark.parametrize("count", [1, 2, 1000])
def test_usual_instants_are_taken_at_once(text: str, count: int) -> None:
    """Else it would be of no use."""
    assert normal_instants([text] * count) == [read_instant(text)] * count


@pytest.mark.parametrize("count", [1, 2, 1000])
def test_usual_ulids_are_taken_at_once(count: int) -> None:
    assert are_normal_ulids([build.ulid(number) for number in range(count)])


@pytest.mark.parametrize(
    "texts",
    [
        ["2026-01-02é03:04:05.5Z"],
        ["2026-01-02é03:04:05Z"],
        ["?"],
        ["2026-01-02T03:04:05.5Z"],
        ["2026-01-02T03:04:05", "Z2026-01-02T03:04:05Z"],
        ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.678Z"],
        ["2026-01-02T03:04:05+"],
        ["2026-01-02  03:04:05Z"],
        ["2026-02-29T03:04:05Z"],
        ["2026-01-02T24:00:00Z"],
        ["2026-01-02T23:59:60Z"],
        ["0000-01-02T03:04:05Z"],
        ["2026-01-02T03:04:05Z\n2026-01-02T03:04:05Z"],
        ["٢٠٢٦-01-02T03:04:05Z"],
    ],
)
def test_other_instants_are_left_to_the_format_itself(texts: list[str]) -> None:
    assert normal_instants(texts) is None


@pytest.mark.parametrize(
    "texts",
    [
        ["?"],
        [build.ulid(1).lower()],
        ["8" + build.ulid(1)[1:]],
        [build.ulid(1)[:-1] + "U"],
        [build.ulid(1)[:-1] + "\u017f"],
        [build.ulid(1)[:-1], build.ulid(2) + "0"],
        [build.uuid_text(7)],
        [f"{build.ulid(1)}\n{build.ulid(2)}"],
    ],
)
def test_other_ids_are_left_to_the_format_itself(texts: list[str]) -> None:
    assert not are_normal_ulids(texts)
