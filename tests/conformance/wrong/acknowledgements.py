"""Variants that get wrong the answers to warnings (R19, R22, S8)."""

from typing import Any

from mission_collaboration.contract import constants as c
from mission_collaboration.decoding.batch import FoldEvent
from mission_collaboration.reducer.accumulator import Accumulator
from mission_collaboration.reducer.handlers import Handler

from .alerts import Change, name, warning
from .variant import Patch, Variant, handling


def acknowledging(change: Change) -> tuple[Patch, ...]:
    return (handling(c.WARNING_ACKNOWLEDGED, change),)


def drop_early_answers(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    known = accumulator.warnings.get(payload.warning_id)
    if known is not None and known.warning_type == c.UNKNOWN_WARNING:
        known.acknowledgements.clear()
    right(accumulator, event, payload)


def drop_answer(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    known = payload.warning_id in accumulator.warnings
    right(accumulator, event, payload)
    if not known:
        del accumulator.warnings[payload.warning_id]


def overlook_unknown(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    if payload.warning_id in accumulator.warnings:
        right(accumulator, event, payload)


def name_nobody(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    known = payload.warning_id in accumulator.warnings
    right(accumulator, event, payload)
    if not known:
        name(accumulator, payload.warning_id, ())


def keep_first_answer(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    known = accumulator.warnings.get(payload.warning_id)
    if known is None or payload.participant_id not in known.acknowledgements:
        right(accumulator, event, payload)


def hear_the_named_alone(accumulator: Accumulator, event: FoldEvent, payload: Any, right: Handler) -> None:
    known = accumulator.warnings.get(payload.warning_id)
    if known is None or payload.participant_id in known.participant_ids:
        right(accumulator, event, payload)


VARIANTS = (
    Variant(
        "loses the acknowledgement that came before its warning",
        "What someone answered is forgotten as soon as the warning itself arrives.",
        "R19",
        "A warning that comes later fills its entry (permissive)",
        ("/warnings/0/acknowledgements/p1", '"hold"', "(missing)"),
        warning(drop_early_answers),
    ),
    Variant(
        "drops the acknowledgement of a missing warning",
        "What someone answered to a warning that has not arrived yet is lost.",
        "R19",
        "An acknowledgement of a missing warning is stored (permissive)",
        ("/warnings/0", '{"warning_id": "w1", "event_id":', "(missing)"),
        acknowledging(drop_answer),
    ),
    Variant(
        "overlooks the acknowledgement of a missing warning",
        "An answer to a warning that was never given goes unnoticed.",
        "R19",
        "An acknowledgement of a missing warning is stored (strict)",
        ("status", "422", "200"),
        acknowledging(overlook_unknown),
    ),
    Variant(
        "names no participant in the entry of a missing warning",
        "A warning of which only an answer is known does not say whose.",
        "R19",
        "An acknowledgement of a missing warning is stored (permissive)",
        ("/warnings/0/participant_ids/0", '"p1"', "(missing)"),
        acknowledging(name_nobody),
    ),
    Variant(
        "keeps the first of two acknowledgements",
        "A participant cannot change an answer.",
        "R22",
        "The later of two acknowledgements stands (strict)",
        ("/warnings/0/acknowledgements/p1", '"continue"', '"hold"'),
        acknowledging(keep_first_answer),
    ),
    Variant(
        "hears those alone whom a warning names",
        "The answer of somebody else is dropped, though anyone may answer.",
        "S8",
        "Someone a warning does not name acknowledges it (strict)",
        ("/warnings/0/acknowledgements/p3", '"defer"', "(missing)"),
        acknowledging(hear_the_named_alone),
    ),
)
