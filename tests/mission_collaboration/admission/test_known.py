"""A memory that saves work and says nothing: what is in it, and for how long."""

from mission_collaboration.admission.digest_cache import DigestCache


def test_the_digests_that_were_added_last_are_known() -> None:
    known = DigestCache(3)
    for digest in ("a", "b", "a", "c"):
        known.add(digest)
    assert [digest in known for digest in ("a", "b", "c", "d")] == [True, True, True, False]
    known.add("d")
    assert [digest in known for digest in ("a", "b", "c", "d")] == [False, True, True, True]


def test_a_memory_of_none_knows_nothing() -> None:
    known = DigestCache(0)
    known.add("a")
    assert "a" not in known
