"""OpenVINO without its telemetry: the one door through which it is imported."""

import sys
from functools import cache
from types import ModuleType
from typing import Any


def openvino() -> ModuleType:
    """The package `openvino`, which writes no client id and reports to nobody.

    Its import alone would write below the home folder, and take silence for consent.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino as imported

    return imported


@cache
def core() -> Any:
    """OpenVINO's runtime, made once and kept as long as the process lives.

    Its CPU plugin gives the calling thread a stack for signals, and where it is unloaded on another
    thread that stack stays in use though its memory is gone: the next signal ends the process.
    """
    return openvino().Core()
