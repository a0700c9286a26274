"""One event type more, `FocusCleared`, written into a copy of the repository as docs/architecture.md tells."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

from tests.docs.markdown import ROOT

LEFT_OUT: Final = shutil.ignore_patterns(
    *(".venv", ".git", "node_modules", "generated", "mutants", "__pycache__", ".*_cache", ".hypothesis", ".coverage*")
)
"""What is no part of the repository."""


class Insertion(NamedTuple):
    """What is written right behind a text that stands in a file once."""

    behind: str
    text: str


class Replacement(NamedTuple):
    """What is written in place of a text that stands in a file once."""

    old: str
    new: str


EDITS: Final[dict[str, tuple[Insertion | Replacement, ...]]] = {
    "mission_collaboration/contract/constants.py": (
        Insertion('SESSION_LINKED: Final = "SessionLinked"\n', 'FOCUS_CLEARED: Final = "FocusCleared"\n'),
        Insertion("        SESSION_LINKED,\n", "        FOCUS_CLEARED,\n"),
    ),
    "mission_collaboration/contract/payloads.py": (
        Insertion(
            '    """The direction of the link."""\n',
            "\n\nclass FocusClearedPayload(ActorPayload):\n"
            '    """A participant looks at nothing any more (P15)."""\n\n'
            "    reason: str | None = None\n"
            '    """Why, in words."""\n',
        ),
        Insertion(
            "        c.SESSION_LINKED: SessionLinkedPayload,\n", "        c.FOCUS_CLEARED: FocusClearedPayload,\n"
        ),
    ),
    "mission_collaboration/reducer/handlers.py": (
        Insertion(
            "    accumulator.linked_sessions.setdefault(payload.participant_id, [])"
            ".append(payload.linked_session_id)\n",
            "\n\n@by_member\ndef focus_cleared("
            "accumulator: Accumulator, event: FoldEvent, payload: p.FocusClearedPayload) -> None:\n"
            '    """Look at nothing (S6)."""\n'
            "    accumulator.focus.pop(payload.participant_id, None)\n",
        ),
        Insertion("    c.SESSION_LINKED: session_linked,\n", "    c.FOCUS_CLEARED: focus_cleared,\n"),
    ),
    "mission_collaboration/__init__.py": (
        Insertion("    DRIVE_INTENT_SET,\n    FOCUS_CHANGED,\n", "    FOCUS_CLEARED,\n"),
        Insertion("    DriveIntentSetPayload,\n    FocusChangedPayload,\n", "    FocusClearedPayload,\n"),
        Insertion('    "FOCUS_CHANGED",\n', '    "FOCUS_CLEARED",\n'),
        Insertion('    "FocusChangedPayload",\n', '    "FocusClearedPayload",\n'),
    ),
    "app/api/examples/stories.py": (
        Insertion(
            '    by(BEN, c.COMMENT_POSTED, comment_id="c-1", content="The agent was faster; I take the rollback."),\n',
            '    by(AGENT, c.FOCUS_CLEARED, reason="The migration is written"),\n',
        ),
    ),
    "conformance/table.py": (
        Insertion(
            'linked_session_id:str+ link_type:cli_to_saas|saas_to_cli",\n    ),\n',
            '    "FocusCleared": ("P15", ONE + "reason:str?"),\n',
        ),
    ),
    "conformance/rules.json": (
        Insertion(
            '    {"id": "P14", "says": "SessionLinkedPayload"},\n',
            '    {"id": "P15", "says": "FocusClearedPayload"},\n',
        ),
    ),
    "conformance/cases/service/schemas.json": (
        Replacement('{"at": "/schemas", "length": 20}', '{"at": "/schemas", "length": 21}'),
    ),
    "conformance/cases/scenarios/focus.json": (
        Insertion(
            '  "cases": [\n',
            '    {\n      "name": "A focus that is cleared stands nowhere",\n      "rules": ["P15", "S6", "S7"],\n'
            '      "roster": {"p1": {"participant_id": "p1", "participant_type": "human"}},\n      "events": [\n'
            '        {"event_id": "01J00000000000000000000001", "event_type": "FocusChanged", "lamport_clock": 1,'
            ' "payload": {"participant_id": "p1", "mission_id": "m1",'
            ' "focus_target": {"target_type": "wp", "target_id": "1"}}},\n'
            '        {"event_id": "01J00000000000000000000002", "event_type": "FocusCleared", "lamport_clock": 2,'
            ' "payload": {"participant_id": "p1", "mission_id": "m1"}}\n      ],\n'
            '      "expect": {"both": {"state": {"focus_by_participant": {}, "participants_by_focus": {}}}}\n    },\n',
        ),
    ),
    "tests/support/naive_events.py": (
        Insertion(
            '        "link_type": "cli_to_saas|saas_to_cli",\n    },\n',
            '    "FocusCleared": ACTOR | {"reason": "text?"},\n',
        ),
    ),
    "tests/support/naive_fold.py": (
        Insertion(
            '            "SessionLinked": self.session_linked,\n', '            "FocusCleared": self.focus_cleared,\n'
        ),
        Insertion(
            '            self.focus[payload["participant_id"]] = payload["focus_target"]\n',
            "\n    def focus_cleared(self, event: Json, payload: Json) -> None:\n"
            "        if self.is_from_member(event):\n"
            '            self.focus.pop(payload["participant_id"], None)\n',
        ),
    ),
    "tests/support/histories.py": (
        Insertion('    "SessionLinked": 2,\n', '    "FocusCleared": 1,\n'),
        Insertion(
            '        "SessionLinked": lambda: build.session_link(who, pick(("x1", "x2"), variant)),\n',
            '        "FocusCleared": lambda: ("FocusCleared", build.by(who)),\n',
        ),
    ),
    "tests/mission_collaboration/contract/test_payloads.py": (
        Insertion(
            '        "link_type": ("cli_to_saas", "saas_to_cli"),\n    },  # P14\n',
            '    "FocusCleared": ACTOR,  # P15\n',
        ),
        Insertion(
            '    "DecisionCaptured": ("rationale", "referenced_warning_id"),\n',
            '    "FocusCleared": ("reason",),\n',
        ),
    ),
}
"""File → what is written into it."""


class Copy:
    """A copy of the repository, and what was changed in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "copy"
        shutil.copytree(ROOT, self.folder, ignore=LEFT_OUT)
        self._before = self._texts()

    def write_in_the_type(self) -> None:
        """Make every edit; fails when a text that it looks for is not there once."""
        for name, edits in EDITS.items():
            path = self.folder / name
            text = path.read_text("utf-8")
            for edit in edits:
                old, new = edit if isinstance(edit, Replacement) else (edit.behind, "".join(edit))
                assert text.count(old) == 1, f"{name} has {text.count(old)} of {old!r}"
                text = text.replace(old, new)
            path.write_text(text, "utf-8")

    def run(self, *arguments: str) -> str:
        """Run a Python command in the copy; what it prints. Fails when the command does."""
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, timeout=300, check=False)
        assert done.returncode == 0, done.stdout[-5_000:] + done.stderr[-5_000:]
        return done.stdout

    def changed(self) -> set[str]:
        """Name the files that are not as they were."""
        after = self._texts()
        return {name for name in after.keys() | self._before.keys() if after.get(name) != self._before.get(name)}

    def _texts(self) -> dict[str, bytes]:
        files = (path for path in self.folder.rglob("*") if path.is_file())
        kept = (path for path in files if not {"__pycache__", ".pytest_cache", ".hypothesis"} & set(path.parts))
        return {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in kept}
