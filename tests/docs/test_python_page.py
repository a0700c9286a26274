"""The programs in docs/python.md print what stands below them."""

import subprocess
import sys

import pytest

from tests.docs.markdown import ROOT
from tests.docs.printed import Call, scripts


@pytest.mark.parametrize("script", scripts(ROOT / "docs/python.md"), ids=lambda script: script[0].splitlines()[0])
def test_a_program_prints_what_stands_below_it(script: Call) -> None:
    code, output = script
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=True, capture_output=True, text=True, timeout=60
    )
    assert (output.language, done.stdout) == ("text", output.text)
