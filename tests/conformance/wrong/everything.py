"""All wrong implementations, theme by theme."""

from . import (
    acknowledgements,
    activity,
    admitting,
    advising,
    alerts,
    answers,
    checkpoints,
    counting,
    door,
    duplicates,
    explaining,
    joining,
    leaving,
    missions,
    ordering,
    reading,
    refusing,
    states,
    strangers,
    verdicts,
    window,
    work,
)
from .variant import Variant

THEMES = (
    (joining, leaving, strangers),
    (ordering, duplicates, counting),
    (activity, work, alerts, acknowledgements),
    (reading, refusing),
    (states, answers, verdicts),
    (admitting, door, window, checkpoints, advising),
    (explaining, missions),
)
VARIANTS: tuple[Variant, ...] = tuple(variant for themes in THEMES for theme in themes for variant in theme.VARIANTS)
