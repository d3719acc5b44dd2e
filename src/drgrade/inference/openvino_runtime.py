"""OpenVINO without its telemetry: the one door through which it is imported."""

import sys
from types import ModuleType


def openvino() -> ModuleType:
    """The package `openvino`, which writes no client id and reports to nobody.

    Its import alone would write below the home folder, and take silence for consent.
    """
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    import openvino as imported

    return imported
