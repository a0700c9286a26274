"""What a server holds in memory is counted once, wherever it holds it."""

import os
import subprocess
import sys

from loadtests.bench.servers import memory

MEGABYTES = 5 * 1024 * 1024


def test_a_file_in_memory_counts_once_though_two_processes_have_it_open() -> None:
    """Large bodies and answers wait in such files, which are in no process's resident memory until they are mapped."""
    before = memory(os.getpid()).files
    with open(os.memfd_create("body"), "wb") as file:
        file.write(bytes(MEGABYTES))
        file.flush()
        command = [sys.executable, "-c", "input()"]
        with subprocess.Popen(command, stdin=subprocess.PIPE, pass_fds=[file.fileno()]) as child:
            assert memory(os.getpid()).files - before == MEGABYTES
            child.communicate(b"\n")
    assert memory(os.getpid()).files == before
