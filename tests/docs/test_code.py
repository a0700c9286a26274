"""All code that a document shows is tried somewhere; no block is left out."""

import ast
import re
import subprocess
import sys
from typing import Final

import pytest
import yaml

from conformance.loading import load_cases
from mission_collaboration import __version__
from tests.docs.markdown import PAGES, ROOT, Block, blocks

TRIED: Final = {
    ("CONTRIBUTING.md", "bash"): "below",
    ("README.md", "bash"): "test_printed_commands.py sends every curl; below, make and compose",
    ("docs/containers.md", "bash"): "below",
    ("docs/endpoints.md", "bash"): "test_printed_commands.py",
    ("docs/python.md", "python"): "test_python_page.py",
    ("docs/guide.md", "bash"): "tests/backend/test_guide.py; below, compose",
    ("docs/guide.md", "python"): "test_guide.py: it is part of what tests/backend tries",
    ("docs/guide.md", "ts"): "test_guide.py: it is part of what `make check-clients` compiles and runs",
    ("conformance/README.md", "console"): "below",
    ("conformance/README.md", "python"): "below",
    ("conformance/README.md", "yaml"): "below",
    ("tests/clients/README.md", "ts"): "below, against the program that `make check-clients` compiles and runs",
    ("tests/clients/README.md", "python"): "below, likewise",
}
"""Page and language → where such blocks are tried."""
NO_CODE: Final = {"text", "json", "mermaid"}
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text("utf-8"))["services"]
PRELUDE = """
import conformance
from app.main import app
some = conformance.load_cases()[::100]
conformance.load_cases = lambda: some
"""


def block(page: str, language: str) -> Block:
    [found] = [block for block in blocks(ROOT / page) if block.language == language]
    return found


def test_every_block_of_code_is_tried_somewhere() -> None:
    shown = {
        (page.relative_to(ROOT).as_posix(), block.language)
        for page in PAGES
        for block in blocks(page)
        if block.language not in NO_CODE
    }
    assert shown == set(TRIED)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/containers.md", "docs/guide.md"])
def test_commands_ask_for_targets_and_services_that_there_are(page: str) -> None:
    targets = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    shell = "".join(block.text for block in blocks(ROOT / page) if block.language == "bash")
    for line in shell.replace("\\\n", " ").splitlines():
        command, *words = line.partition("#")[0].split()
        match command:
            case "make":
                assert words[0] in targets
            case "docker":
                assert is_for_the_compose_file(words), line
            case "kubectl":
                assert "-k" not in words or (ROOT / words[-1] / "kustomization.yaml").exists(), line
            case _:
                assert command == "curl", line


def is_for_the_compose_file(words: list[str]) -> bool:
    match words:
        case ["compose", "up"]:
            return True
        case ["compose", "-f", "docker-compose.yml", "-f", override, "up"]:
            return (ROOT / override).exists()
        case ["compose", "--profile", profile, "up", "--detach", *names]:
            return all(profile in COMPOSE[name].get("profiles", [profile]) for name in names)
        case ["compose", "--profile", profile, "up"]:
            return any(profile in service.get("profiles", ()) for service in COMPOSE.values())
        case ["compose", "--profile", profile, "run", "--rm", name]:
            return profile in COMPOSE[name]["profiles"]
    return False


def test_the_kit_runs_from_python_as_its_page_tells() -> None:
    code = PRELUDE + block("conformance/README.md", "python").text
    subprocess.run([sys.executable, "-W", "error", "-c", code], cwd=ROOT, check=True, timeout=120)


def test_the_kit_has_as_many_cases_as_its_page_shows() -> None:
    count = len(load_cases())
    assert f"{count} of {count} cases passed, 0 failed" in block("conformance/README.md", "console").text


def test_the_wheel_that_the_kit_is_installed_from_is_of_this_version() -> None:
    [step] = yaml.safe_load(block("conformance/README.md", "yaml").text)
    assert f'"mission_collaboration-{__version__}-py3-none-any.whl[conformance]"' in step["run"]


def test_the_clients_are_used_as_in_the_programs_that_are_run() -> None:
    shown = ast.walk(ast.parse(block("tests/clients/README.md", "python").text))
    used = {node.attr for node in shown if isinstance(node, ast.Attribute)}
    tried = (ROOT / "tests/clients/python/try_client.py").read_text("utf-8")
    assert not {name for name in used if not re.search(rf"\.{name}\b", tried)}
    assert {"Client", "ReduceRequest", "ProblemDetails", "reduce_events"} <= set(re.findall(r"\w+", tried))
    typescript = (ROOT / "tests/clients/typescript/try.ts").read_text("utf-8")
    for text in ("createClient<paths>({ baseUrl", 'const { data, error } = await service.POST("/reduce", { body: {'):
        assert text in typescript
        assert text in block("tests/clients/README.md", "ts").text
