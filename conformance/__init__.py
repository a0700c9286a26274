"""The conformance kit finds out whether a service speaks the mission collaboration contract.

It knows the service by HTTP alone. `run(load_cases(), client)` gives a report; `client` is an `httpx.Client`
or anything with its `request`. The cases are JSON beside this file, described in README.md, for any language.
"""

from .loading import load_cases, load_rules, matching
from .model import Case, Client, Difference
from .runner import Outcome, Report, run

__all__ = ["Case", "Client", "Difference", "Outcome", "Report", "load_cases", "load_rules", "matching", "run"]
