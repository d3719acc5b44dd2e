"""`drgrade doctor`: versions, cores, memory, devices, extras, folders to write to."""

import json
import os
import platform
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from drgrade import __version__
from drgrade.runtime.optional_dependencies import EXTRAS, is_installed
from drgrade.runtime.user_folders import cache_folder, data_folder

PACKAGES = ("numpy", "scipy", "polars", "pillow", "simplejpeg", "torch")
CGROUP_LIMITS = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


def doctor(*, json_: Annotated[bool, Parameter(name="--json", negative=())] = False) -> int:
    """Tell what this machine has and what is missing, with the line that installs it.

    Exit code 3 says that something is wrong here.

    Example: drgrade doctor --json

    Parameters
    ----------
    json_
        Print the found as JSON.
    """
    found = examine()
    if json_:
        print(json.dumps(found, indent=2))
    else:
        print("\n".join(_lines(found)))
    return 0 if all(found["folders"].values()) else 3


def examine() -> dict[str, Any]:
    """What this machine has, in plain values."""
    return {
        "drgrade": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "memory_bytes": memory(),
        "packages": {name: _version(name) for name in PACKAGES},
        "devices": devices(),
        "extras": {name: is_installed(name) for name in EXTRAS},
        "folders": {str(folder): can_write(folder) for folder in (cache_folder(), data_folder())},
    }


def memory() -> int | None:
    """Bytes this process may use: the machine's, or its control group's limit if smaller."""
    found = []
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    for place in CGROUP_LIMITS:
        try:
            found.append(int(Path(place).read_text()))
        except (OSError, ValueError):
            continue  # no control group, or "max"
    return min(found) if found else None


def devices() -> list[str]:
    """What torch can compute on; empty without torch."""
    if not is_installed("grade"):
        return []
    import torch

    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    can = torch.backends.cpu.get_cpu_capability()
    found: dict[str, Any] = getattr(torch.cpu, "get_capabilities", dict)()  # not in older torch
    if found.get("amx_bf16"):
        can += ", AMX bfloat16"  # where train.mixed_precision is worth trying
    return [f"cpu ({can})", *(f"cuda:{i} ({name})" for i, name in enumerate(names))]


def can_write(folder: Path) -> bool:
    """Whether a file can be made in a folder, or where it would be made."""
    place = folder
    while not place.exists() and place != place.parent:
        place = place.parent
    try:
        with tempfile.TemporaryFile(dir=place):
            return True
    except OSError:
        return False


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _lines(found: dict[str, Any]) -> list[str]:
    memory = found["memory_bytes"]
    size = "unknown" if memory is None else f"{memory / 2**30:.1f} GiB"
    lines = [
        f"drgrade {found['drgrade']}, Python {found['python']}, {found['system']}",
        f"{found['cores']} cores, {size} of memory",
        "packages: " + ", ".join(f"{k} {v or 'missing'}" for k, v in found["packages"].items()),
        "devices: " + (", ".join(found["devices"]) or "none (torch is not installed)"),
    ]
    for extra, there in found["extras"].items():
        state = "installed" if there else f"missing: pip install 'drgrade[{extra}]'"
        lines.append(f"extra {extra}: {state}")
    for folder, writable in found["folders"].items():
        state = "writable" if writable else "NOT writable: set DRGRADE_CACHE or DRGRADE_DATA"
        lines.append(f"folder {folder}: {state}")
    return lines
