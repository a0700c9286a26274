"""How much hypothesis tries: `HYPOTHESIS_PROFILE=nightly` tries ten times more, and something new every time."""

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "default",
    max_examples=200,
    derandomize=True,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
settings.register_profile("nightly", settings.get_profile("default"), max_examples=2_000, derandomize=False)
settings.register_profile("mutants", settings.get_profile("default"), max_examples=25)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
