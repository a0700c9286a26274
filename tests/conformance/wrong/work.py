"""Variants that get wrong what a participant works on and says (S9-S12, R20)."""

from typing import Any

from mission_collaboration.contract import constants as c
from mission_collaboration.contract.errors import MalformedPayloadError
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator, Executions
from mission_collaboration.reducer.handlers import Handler

from .variant import Variant, handling, instead

start, complete, step_ids = Executions.start, Executions.complete, Executions.step_ids


def refuse_to_answer_nobody(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.reply_to is not None and all(payload.reply_to != comment.comment_id for comment in accumulator.comments):
        names = {"event_id": event.event_id, "event_type": event.event_type}
        accumulator.refuse(MalformedPayloadError("No such comment", location=("payload", "reply_to"), **names))
    else:
        right(accumulator, event, payload)


def one_comment_an_id(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if all(payload.comment_id != comment.comment_id for comment in accumulator.comments):
        right(accumulator, event, payload)


def one_decision_an_id(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if all(payload.decision_id != decision.decision_id for decision in accumulator.decisions):
        right(accumulator, event, payload)


def one_link_a_session(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.linked_session_id not in accumulator.linked_sessions.get(payload.participant_id, []):
        right(accumulator, event, payload)


def complete_latest(running: Executions, step_id: str) -> bool:
    starts = running._starts.get(step_id)
    if starts:
        starts.rotate(1)
    return complete(running, step_id)


def complete_all(running: Executions, step_id: str) -> bool:
    found = False
    while complete(running, step_id):
        found = True
    return found


def complete_anything(running: Executions, step_id: str) -> bool:
    complete(running, step_id)
    return True


def start_once(running: Executions, step_id: str) -> None:
    if step_id not in step_ids(running):
        start(running, step_id)


def complete_anyones(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if not any(running.complete(payload.step_id) for running in accumulator.executions.values()):
        right(accumulator, event, payload)


def keep_emptied_lists(accumulator: Accumulator) -> dict[str, list[str]]:
    return {person: running.step_ids() for person, running in accumulator.executions.items()}


EXECUTIONS = "mission_collaboration.reducer.accumulator.Executions."


VARIANTS = (
    Variant(
        "completes the latest start instead of the earliest",
        "Of a step that runs twice the wrong run ends.",
        "S11",
        "A completion takes out the earliest start (strict)",
        ("/active_executions/p1/0", '"s2"', '"s1"'),
        (instead(EXECUTIONS + "complete", complete_latest),),
    ),
    Variant(
        "removes all starts of a step",
        "Of a step that runs twice both runs end at once.",
        "S11",
        "A completion takes out the earliest start (strict)",
        ("/active_executions/p1/1", '"s1"', "(missing)"),
        (instead(EXECUTIONS + "complete", complete_all),),
    ),
    Variant(
        "keeps emptied lists",
        "Someone whose steps all ended is still listed, with nothing.",
        "S11",
        "The last completion takes the list away (strict)",
        ("/active_executions/p1", "(missing)", "[]"),
        (instead("mission_collaboration.reducer.accumulator.Accumulator.steps_in_flight", keep_emptied_lists),),
    ),
    Variant(
        "lists a step that runs twice once",
        "A step that was started again looks as if it had been started once.",
        "S11",
        "A step started twice stands twice (strict)",
        ("/active_executions/p1/1", '"s1"', "(missing)"),
        (instead(EXECUTIONS + "start", start_once),),
    ),
    Variant(
        "lists steps by name",
        "Steps in flight are not listed in the order in which they were started.",
        "S11",
        "Steps in flight stand in start order (strict)",
        ("/active_executions/p1/0", '"s2"', '"s1"'),
        (instead(EXECUTIONS + "step_ids", lambda running: sorted(step_ids(running))),),
    ),
    Variant(
        "overlooks a completion without its start",
        "The end of something that never began goes unnoticed.",
        "R20",
        "A completion without a start is not applied (strict)",
        ("status", "422", "200"),
        (instead(EXECUTIONS + "complete", complete_anything),),
    ),
    Variant(
        "completes anyone's start",
        "A participant can end the steps of others.",
        "R20",
        "A completion of someone else's step is unmatched (strict)",
        ("status", "422", "200"),
        (handling(c.PROMPT_STEP_EXECUTION_COMPLETED, complete_anyones),),
    ),
    Variant(
        "refuses an answer to a comment that it does not know",
        "A reader of a part of the history cannot read the answers in it.",
        "S10",
        "A comment may answer an unknown comment (strict)",
        ("status", "200", "422"),
        (handling(c.COMMENT_POSTED, refuse_to_answer_nobody),),
    ),
    Variant(
        "drops a comment whose id it knows",
        "Two comments whose producer gave them the same id become one.",
        "S10",
        "Two comments of one comment id both stand (strict)",
        ("/comments/1", '{"comment_id": "c1", "event_id":', "(missing)"),
        (handling(c.COMMENT_POSTED, one_comment_an_id),),
    ),
    Variant(
        "drops a decision whose id it knows",
        "A decision that is taken again under the same id is lost.",
        "S9",
        "Two decisions of one decision id both stand (strict)",
        ("/decisions/1", '{"decision_id": "d1", "event_id":', "(missing)"),
        (handling(c.DECISION_CAPTURED, one_decision_an_id),),
    ),
    Variant(
        "lists a session that is linked twice once",
        "A repeated link is dropped, though the list keeps repeats.",
        "S12",
        "A session linked twice stands twice (strict)",
        ("/linked_sessions/p1/2", '"a"', "(missing)"),
        (handling(c.SESSION_LINKED, one_link_a_session),),
    ),
)
