"""The letters that figures and pages draw Chinese with, whatever the machine has installed.

One file: Noto Sans TC Regular (SIL Open Font License, `OFL.txt` beside it), cut down to the 5,401
frequent characters of Big5 level 1 (A440 to C67E), CJK and general punctuation, full-width forms,
Latin and Greek; renamed `Noto Sans TC Subset`, so that it is never taken for the whole font.
`experiments/subset_font.py` cuts one like it.
"""

from importlib.resources import files
from pathlib import Path

FAMILY = "Noto Sans TC Subset"
FILE = "NotoSansTCSubset-Regular.otf"


def chinese_font() -> Path:
    """The font file on disk, for programs that want a path."""
    return Path(str(files(__name__) / FILE))
