"""`drgrade doctor`."""

import json
from typing import Annotated, Any

from cyclopts import Parameter


def doctor(*, json_: Annotated[bool, Parameter(name="--json", negative=())] = False) -> int:
    """Tell what this machine has and what is missing, with the line that installs it.

    Exit code 3 says that something is wrong here.

    Example: drgrade doctor --json

    Parameters
    ----------
    json_
        Print the facts as JSON.
    """
    from drgrade.doctor import examine

    facts = examine()
    if json_:
        print(json.dumps(facts, indent=2))
    else:
        print("\n".join(_lines(facts)))
    return 0 if all(facts["folders"].values()) else 3


def _lines(facts: dict[str, Any]) -> list[str]:
    memory = facts["memory_bytes"]
    size = "unknown" if memory is None else f"{memory / 2**30:.1f} GiB"
    lines = [
        f"drgrade {facts['drgrade']}, Python {facts['python']}, {facts['system']}",
        f"{facts['cores']} cores, {size} of memory",
        "packages: " + ", ".join(f"{k} {v or 'missing'}" for k, v in facts["packages"].items()),
        "devices: " + (", ".join(facts["devices"]) or "none (torch is not installed)"),
    ]
    for extra, there in facts["extras"].items():
        told = "installed" if there else f"missing: pip install 'drgrade[{extra}]'"
        lines.append(f"extra {extra}: {told}")
    for folder, writable in facts["folders"].items():
        told = "writable" if writable else "NOT writable: set DRGRADE_CACHE or DRGRADE_DATA"
        lines.append(f"folder {folder}: {told}")
    return lines
