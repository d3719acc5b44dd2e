"""Cut Noto Sans TC Regular down to what figures and pages need.

Command: python experiments/subset_font.py NotoSansTC-Regular.otf OUT.otf
The whole font is under the SIL Open Font License; the part is renamed, as the licence asks of
changed fonts with a reserved name, and so that it is never taken for the whole.
"""

import sys
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

from drgrade.locale.fonts import FAMILY

RANGES = (  # code points: Latin, Greek, punctuation, CJK punctuation, full-width forms
    (0x20, 0x17F), (0x370, 0x3FF), (0x2000, 0x206F), (0x2190, 0x21FF), (0x2200, 0x22FF),
    (0x3000, 0x303F), (0xFF00, 0xFFEF),
)  # fmt: skip
BIG5_LEVEL_1 = (0xA440, 0xC67E)
FAMILY_NAMES = (1, 4, 16)  # records of the name table that hold the family or the full name


def letters() -> set[int]:
    """The code points that stay."""
    kept = {code for low, high in RANGES for code in range(low, high + 1)}
    for code in range(BIG5_LEVEL_1[0], BIG5_LEVEL_1[1] + 1):
        text = code.to_bytes(2, "big").decode("big5", errors="ignore")
        kept |= {ord(text)} if len(text) == 1 else set()
    return kept


def main() -> None:
    """Write the part."""
    whole, out = map(Path, sys.argv[1:])
    font = TTFont(whole)
    options = subset.Options(layout_features=["*"], name_IDs=["*"], notdef_outline=True)
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=letters())
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in FAMILY_NAMES:
            record.string = FAMILY
        elif record.nameID == 6:
            record.string = f"{FAMILY.replace(' ', '')}-Regular"
    font.save(out)
    print(f"{out}: {out.stat().st_size:,} bytes, {len(font.getBestCmap()):,} characters")


if __name__ == "__main__":
    main()
