"""Where the figures come from."""

import os
import platform
from importlib.metadata import version
from pathlib import Path
from typing import Final

LIBRARIES: Final = ("fastapi", "httptools", "jsonschema-rs", "msgspec", "pydantic", "starlette", "uvicorn", "uvloop")


def machine() -> dict[str, str]:
    """Describe the machine and what runs on it."""
    return {
        "machine": f"{_processor()}, {os.cpu_count()} cores, {_memory()}",
        "system": f"{platform.system()} {platform.release()}",
        "load": " ".join(f"{load:.1f}" for load in os.getloadavg()),
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "libraries": ", ".join(f"{name} {version(name)}" for name in LIBRARIES),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
