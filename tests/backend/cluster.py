"""A PostgreSQL of the tests' own: a cluster in a temporary folder, run by a user that is not root."""

import os
import pwd
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from conformance.serving import free_port

USER = "postgres"
"""Who runs it where the tests are run by root, which PostgreSQL refuses; Debian's package makes this user."""
LONGEST_WAIT = 60
IN_A_HURRY = ("-c", "fsync=off", "-c", "full_page_writes=off")
"""The machine itself is not killed here, so a commit has to reach the system, but not the disk."""


class Cluster:
    """A running database server."""

    def __init__(self, folder: Path) -> None:
        self._data, self._port = folder / "data", free_port()
        self._run("initdb", "--auth=trust", "--username=backend", "--encoding=UTF8", "--no-sync", "-D", str(self._data))
        self._number = 0
        self._process = self._started()

    def database(self) -> str:
        """Make a database; give what a client connects with."""
        self._number += 1
        self._run("createdb", "--host=127.0.0.1", f"--port={self._port}", "--username=backend", f"d{self._number}")
        return f"postgresql://backend@127.0.0.1:{self._port}/d{self._number}"

    def change(self, statement: str) -> None:
        """Run a statement in the newest database."""
        place = ["--host=127.0.0.1", f"--port={self._port}", "--username=backend", f"--dbname=d{self._number}"]
        self._run("psql", *place, f"--command={statement}")

    def restart(self) -> None:
        """End every connection at once, and come back as after a crash."""
        self.stop(signal.SIGQUIT)
        self._process = self._started()

    def stop(self, by: signal.Signals = signal.SIGINT) -> None:
        self._process.send_signal(by)
        self._process.wait(LONGEST_WAIT)

    def _started(self) -> "subprocess.Popen[bytes]":
        options = ("-p", str(self._port), "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=")
        command = [program("postgres"), "-D", str(self._data), *options, *IN_A_HURRY]
        with (self._data.parent / "log").open("ab") as log:
            process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **as_user())
        ready = ["-h", "127.0.0.1", "-p", str(self._port)]
        while subprocess.run([program("pg_isready"), *ready], stdout=subprocess.DEVNULL, check=False).returncode:
            assert process.poll() is None, (self._data.parent / "log").read_text()
        return process

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run(
            [program(name), *arguments], check=True, capture_output=True, timeout=LONGEST_WAIT, cwd="/", **as_user()
        )


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Make a cluster, and leave nothing of it."""
    folder = Path(mkdtemp(prefix="backend-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, USER)
        running = Cluster(folder)
        yield running
        running.stop()
    finally:
        shutil.rmtree(folder)


def as_user() -> dict[str, Any]:
    if os.geteuid():
        return {}
    entry = pwd.getpwnam(USER)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def program(name: str) -> str:
    """Find a program of PostgreSQL; Debian keeps those of each version in a folder of their own."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    found = shutil.which(name, path=str(folders[-1]) if folders else None) or shutil.which(name)
    assert found, f"PostgreSQL's {name} is not here: apt-get install postgresql"
    return found
