"""A picture of dust: what the photographs of each block have in common, spots in rings."""

import io
from collections.abc import Sequence
from pathlib import PurePath

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from drgrade.data.audit.dust import SIDE, Block
from drgrade.data.photos.decode import FINDS_DUST
from drgrade.locale.fonts import chinese_font

ACROSS, GAP = 3, 12  # tiles in a row, px between them
FULL = 0.06  # of the light: what is drawn black, or white
RING, INK = (213, 94, 0), (34, 34, 34)
CAPTION = 26  # px below a tile


def draw_dust(blocks: Sequence[Block]) -> bytes:
    """The first blocks as the bytes of a PNG file: darker and brighter than the surroundings.

    Args:
        blocks: as `find_dust` gives them; those with their shares of light are drawn.
    """
    shown = [_tile(each) for each in blocks if each.shares is not None]
    across = min(ACROSS, len(shown))
    rows = [shown[start : start + across] for start in range(0, len(shown), across)]
    heights = [max(tile.height for tile in row) for row in rows]
    size = (across * SIDE + (across - 1) * GAP, sum(heights) + GAP * (len(rows) - 1))
    page = Image.new("RGB", size, (255, 255, 255))
    top = 0
    for row, height in zip(rows, heights, strict=True):
        for column, tile in enumerate(row):
            page.paste(tile, (column * (SIDE + GAP), top))
        top += height + GAP
    buffer = io.BytesIO()
    says = PngInfo()
    says.add_text("Software", FINDS_DUST)
    page.save(buffer, "PNG", optimize=True, pnginfo=says)
    return buffer.getvalue()


def _tile(block: Block) -> Image.Image:
    """What the photo in the middle has more or less of the light of its surroundings, in grey."""
    assert block.shares is not None
    grey = 127.5 * (1 + (block.shares / FULL).clip(-1, 1))
    tile = Image.fromarray(grey.astype(np.uint8)).convert("RGB")
    pen = ImageDraw.Draw(tile)
    scale = SIDE / max(block.width, block.height)
    for spot in block.spots:
        x, y, reach = spot.x * scale, spot.y * scale, spot.diameter * scale / 2 + 5
        pen.ellipse((x - reach, y - reach, x + reach, y + reach), outline=RING, width=2)
    whole = Image.new("RGB", (tile.width, tile.height + CAPTION), (255, 255, 255))
    whole.paste(tile)
    words = f"{PurePath(block.photos[0]).name} to {PurePath(block.photos[-1]).name}"
    font = ImageFont.truetype(str(chinese_font()), 17)
    ImageDraw.Draw(whole).text((0, tile.height), words, fill=INK, font=font)
    return whole
