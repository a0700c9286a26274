"""Sends the README's `curl` commands: by httpx everywhere, by curl itself where there is one."""

import shlex
import subprocess
from typing import NamedTuple

import httpx

from tests.docs.markdown import ROOT

ADDRESS = "localhost:8000"
"""Where the README says that the service is."""
SECONDS = 30
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
"""What curl says of data unless told otherwise."""


class Command(NamedTuple):
    """A `curl` command of the few forms that the README uses."""

    words: list[str]
    url: str
    headers: dict[str, str]
    data: str | None


def parse(text: str) -> Command:
    """Read a command; fails for an option that `send` would not know."""
    name, *words = shlex.split(text.replace("\\\n", " "))
    assert name == "curl", f"no curl command: {text}"
    url, data = "", None
    headers: dict[str, str] = {}
    rest = iter(words)
    for word in rest:
        match word:
            case "-s":
                continue
            case "-H":
                header, _, value = next(rest).partition(": ")
                headers[header] = value
            case "-d" | "--data-binary":
                data = next(rest)
            case _:
                assert word.startswith(ADDRESS), f"not a form that the README's test knows: {word}"
                url = word
    return Command(words, url, headers, data)


def send(command: Command, service: str) -> str:
    """Send a command by httpx, as curl would; the answer's text."""
    content = command.data
    if content is not None and content.startswith("@"):
        content = (ROOT / content[1:]).read_text("utf-8")
    method = "GET" if content is None else "POST"
    url = f"http://{command.url}".replace(f"http://{ADDRESS}", service)
    headers = command.headers if content is None else FORM | command.headers
    with httpx.Client(trust_env=False, verify=False, timeout=SECONDS) as http:
        return http.request(method, url, headers=headers, content=content).text


def run(command: Command, service: str) -> str:
    """Run a command as it stands, but for the address; what it prints."""
    words = [word.replace(ADDRESS, service.removeprefix("http://")) for word in command.words]
    done = subprocess.run(
        ["curl", "--noproxy", "*", *words], cwd=ROOT, check=True, capture_output=True, timeout=SECONDS
    )
    return done.stdout.decode()
