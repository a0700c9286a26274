"""Admission cases against a service that is a function: what the runner sends, what it finds."""

import json
from collections.abc import Callable

import httpx
import pytest

from conformance.admission import admission_cases
from conformance.kinds import Object
from conformance.model import Answer as AnswerTo
from conformance.model import Case, Json, Memory
from conformance.patching import leads_to
from conformance.runner import run_case
from conformance.saved import filled

Answer = Callable[[Object], Object]

STATE: Object = {"event_count": 1, "anomalies": []}
NONE: Object = {"accepted": 0, "pending": 0, "duplicate": 0, "ignored": 0, "rejected": 0}
ANSWER: Object = {"mission_id": "m", "state": STATE, "horizon": None, "revised": [], "advisories": []}
DUPLICATE: Object = {"verdict": "duplicate", "stands": "accepted"}


def case_of(*batches: Json, roster: Json = None) -> Case:
    case: Object = {"name": "n", "rules": ["A17"], "batches": list(batches)}
    if roster is not None:
        case["roster"] = roster
    return next(iter(admission_cases({"envelope": {"node_id": "n1"}, "cases": [case]}, "f")))


def event(name: str) -> Object:
    return {"event_id": name, "event_type": "T"}


def admitting(request: Object) -> Object:
    """Answer as a service does whose checkpoints are lists of ids."""
    events, checkpoint = request["events"], request.get("checkpoint") or "-"
    assert isinstance(events, list)
    assert isinstance(checkpoint, str)
    results: list[Json] = []
    known = checkpoint.split()
    for index, sent in enumerate(events):
        assert isinstance(sent, dict)
        told: Object = {"index": index, "event_id": sent["event_id"], "event_type": sent["event_type"]}
        told |= DUPLICATE if sent["event_id"] in known else {"verdict": "accepted"}
        known.append(str(sent["event_id"]))
        results.append(told)
    accepted = sum(isinstance(told, dict) and told["verdict"] == "accepted" for told in results)
    counts: Object = {**NONE, "accepted": accepted, "duplicate": len(events) - accepted}
    return {**ANSWER, "checkpoint": " ".join(known), **counts, "results": results}


def judged(case: Case, admit: Answer = admitting, state: Object = STATE) -> tuple[list[str], list[Object]]:
    """Name the places that differ, and list what was sent."""
    sent: list[Object] = []

    def service(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        sent.append(body)
        return httpx.Response(200, json=admit(body) if request.url.path == "/admit" else state)

    with httpx.Client(transport=httpx.MockTransport(service), base_url="http://fake") as client:
        outcome = run_case(case, client)
    return [found.where for step in outcome.failed_steps for found in step.differences], sent


def test_a_batch_is_sent_reduced_reversed_and_sent_again() -> None:
    found, sent = judged(case_of({"events": [event("a"), event("b")], "verdicts": ["accepted", "accepted"]}))

    assert found == []
    named = [[each["event_id"] for each in body["events"]] for body in sent if isinstance(body["events"], list)]  # type: ignore[call-overload, index]
    assert named == [["a", "b"], ["a", "b"], ["b", "a"], ["a", "b"]]
    assert [body.get("checkpoint") for body in sent] == [None, None, None, "- a b"]
    assert sent[1]["mode"] == "strict"


def test_a_batch_goes_on_from_the_checkpoint_before_or_the_one_that_it_names() -> None:
    none: Object = {"events": [], "verdicts": []}
    first: Object = {"events": [event("a")], "verdicts": ["accepted"]}
    refused: Object = {"events": [], "checkpoint": "x", "refusal": {"status": 422, "code": "c"}}
    case = case_of(first, none, refused, none, {**none, "after": 0}, {**none, "after": None}, roster={})

    _, sent = judged(case)

    admitted = [body for body in sent if "mode" not in body]
    assert [body.get("checkpoint") for body in admitted if body["events"] == []] == [
        *("- a", "- a"),  # as it was, and again with its own
        "x",
        *("- a", "- a"),
        *("- a", "- a"),
        *(None, "-"),
    ]
    assert ["roster" in body for body in sent if not body.get("checkpoint")] == [
        True
    ] * 7  # two starts, five reductions


def test_all_that_was_accepted_since_the_start_is_reduced() -> None:
    batches: list[Json] = [
        {"events": [event("a")], "verdicts": ["accepted"]},
        {"events": [event("b"), event("a")], "verdicts": ["accepted", "duplicate"]},
    ]
    found, sent = judged(case_of(*batches))

    assert found == []
    reduced = [body["events"] for body in sent if "mode" in body]
    assert [len(events) for events in reduced if isinstance(events, list)] == [1, 2]


def test_of_events_that_say_the_same_the_first_to_come_is_accepted() -> None:
    events: Json = [event("a"), event("b"), event("a")]
    found, _ = judged(case_of({"events": events, "verdicts": ["accepted", "accepted", "duplicate"]}))

    assert found == []


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"results": []}, "/results"),
        ({"accepted": 0}, "/accepted"),
        ({"checkpoint": None}, "/checkpoint"),
        ({"state": {"anomalies": [], "event_count": 1}}, "/state (order of keys)"),
        ({"state": {**STATE, "event_count": 1.0}}, "/state/event_count"),
        ({"revised": [{"event_id": "a"}]}, "/revised"),
        ({"settled": {}}, "/settled"),
        ({"changes": []}, "/changes"),
        ({"advisories": [{"event_type": "W", "payload": {}}]}, "/advisories/*"),
        ({"results": [{"index": 1, "event_id": "a", "event_type": "T", "verdict": "accepted"}]}, "/results/0/index"),
        ({"results": [{"index": 0, "event_id": "b", "event_type": "T", "verdict": "accepted"}]}, "/results/0/event_id"),
    ],
)
def test_what_is_wrong_is_found(change: Object, where: str) -> None:
    batch: Object = {"events": [event("a")], "verdicts": ["accepted"], "advisories": []}
    found, _ = judged(case_of(batch), lambda request: {**admitting(request), **change})

    assert where in found


def test_a_rejection_needs_code_sentence_and_pointer() -> None:
    verdict: Object = {"verdict": "rejected", "code": "c", "blames": "/x"}
    case = case_of({"events": [event("a")], "verdicts": [verdict]})
    told: Object = {"index": 0, "event_id": "a", "event_type": "T", "verdict": "rejected", "code": "c"}
    counts: Object = {**NONE, "rejected": 1}

    def rejecting(**more: Json) -> list[str]:
        answer: Object = {**ANSWER, "checkpoint": "-", **counts, "results": [{**told, **more}]}
        return judged(case, lambda _: answer)[0]

    assert rejecting(detail="d", pointer="/events/0/x") == []
    assert rejecting(detail="d", pointer="/events/0") == ["/results/0/pointer"]
    assert rejecting(detail="d", pointer="/events/01/x") == ["/results/0/pointer"] * 2
    assert rejecting(detail=" ", pointer="/events/0/x") == ["/results/0/detail"] * 2


@pytest.mark.parametrize(
    ("but", "text"),
    [("altered", "abade"), ("cut", "ab"), ("one_shorter", "abcd"), ("twice", "abcdeabcde"), ("backwards", "edcba")],
)
def test_a_saved_text_can_come_damaged(but: str, text: str) -> None:
    memory = Memory(saved={"batch 0": {"checkpoint": "abcde"}})

    assert filled([{"$saved": "batch 0", "at": "/checkpoint", "but": but}], memory) == [text]


def test_altering_changes_whatever_letter_there_is() -> None:
    assert filled({"$saved": "x", "but": "altered"}, Memory(saved={"x": "a"})) == "b"
    assert filled({"$saved": "x", "but": "altered"}, Memory(saved={"x": "b"})) == "a"


FILL: Object = {"first": 7, "count": "half", "event_type": "T", "payload": {}, "verdict": "accepted"}


def test_a_window_is_filled_as_the_limits_say() -> None:
    case = case_of({"events": [event("a")], "verdicts": ["accepted"], "fill": FILL})
    sent: list[Object] = []

    def service(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/limits":
            return httpx.Response(200, json={"window_events": 5})
        sent.append(json.loads(request.content))
        return httpx.Response(200, json=admitting(sent[-1]) if request.url.path == "/admit" else STATE)

    with httpx.Client(transport=httpx.MockTransport(service), base_url="http://fake") as client:
        outcome = run_case(case, client)

    assert not outcome.failed_steps
    filled_with = sent[0]["events"]
    assert isinstance(filled_with, list)
    assert filled_with[1:] == [
        {"node_id": "n1", "event_id": f"01J{n:023d}", "lamport_clock": n, "event_type": "T", "payload": {}}
        for n in (7, 8, 9)
    ]


def test_what_was_revised_is_reduced_as_it_stands() -> None:
    revised: Json = [{"event_id": "A", "event_type": "T", "was": "pending", "verdict": "accepted"}]
    gone: Json = [{"event_id": "A", "event_type": "T", "was": "accepted", "verdict": "pending", "code": "c"}]
    pending: Object = {"events": [event("a")], "verdicts": [{"verdict": "pending", "code": "c"}]}
    none: Object = {"events": [], "verdicts": []}
    _, sent = judged(case_of(pending, {**none, "revised": revised}, {**none, "revised": gone}))

    assert [body["events"] for body in sent if "mode" in body] == [[], [{"node_id": "n1", **event("a")}], []]


@pytest.mark.parametrize(
    ("operations", "leads"),
    [
        ([{"op": "add", "path": "/l/1", "value": 7}, {"op": "remove", "path": "/m/a~1b"}], True),
        ([{"op": "remove", "path": "/m/a~1b"}], False),
        ([{"op": "remove", "path": "/m/nothing"}], False),
        ([{"op": "replace", "path": "/l/9", "value": 7}], False),
        ("nothing", False),
    ],
)
def test_changes_have_to_lead_from_one_state_to_the_other(operations: Json, leads: bool) -> None:
    before: Object = {"state": {"l": [1], "m": {"a/b": 1}}}
    after: Object = {"state": {"l": [1, 7], "m": {}}}
    memory = Memory(saved={"before": before, "after": after})
    answer = AnswerTo(200, {}, json.dumps({"changes": operations}).encode())

    assert (leads_to("/changes", "before", "after")(answer, memory) == []) == leads
