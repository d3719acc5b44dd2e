"""An explanation as one picture: the lesions outlined, the evidence, the grade and the words."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo
from scipy import ndimage

from drgrade.data.photos.decode import EXPLAINS
from drgrade.data.photos.masks import KINDS, MAPS
from drgrade.explanation.evidence import CLEAR, Evidence
from drgrade.explanation.explain import Explanation, LesionFindings
from drgrade.explanation.findings import Spot
from drgrade.explanation.remarks import doubts, findings
from drgrade.explanation.words import (
    capitalised,
    detected,
    headline,
    lesion_words,
    signed,
)
from drgrade.icdr import GRADES, NAMES, PROBABILITIES
from drgrade.locale.catalogue import message
from drgrade.locale.fonts import chinese_font

Colour = tuple[int, int, int]
SIDE, EDGE, GAP = 720, 28, 28  # px: of a panel, around the page, between panels
WIDTH = 2 * SIDE + 2 * EDGE + GAP
TOP = 98  # px: where the panels begin
BELOW = TOP + SIDE + 106  # px: where the sentences and the bars begin
BARS = 190  # px: height of the bars
SPACING = 1.5  # of the size of letters, from line to line
INK, FAINT, OTHER, PAPER = (34, 34, 34), (110, 110, 110), (170, 170, 170), (255, 255, 255)
FOR, AGAINST = (213, 94, 0), (0, 114, 178)  # Okabe and Ito's vermilion and blue
COLOURS: dict[str, Colour] = {
    "microaneurysm": (0, 229, 255), "haemorrhage": (255, 70, 255), "hard_exudate": (255, 235, 0),
    "soft_exudate": (255, 255, 255), "disc": (60, 255, 60), "dust": (150, 150, 150),
}  # fmt: skip
LINE = 2  # px of an outline
PACKED = 4  # of 9: a twentieth larger than 6 leaves it, in half the time
COVER = 0.8  # the most of the photo that evidence hides
NEVER_FIRST = "，。；、）：」,.;:)"  # signs that do not begin a line


@dataclass(frozen=True)
class Pen:
    """Where words are written: a picture, and how large they are."""

    on: ImageDraw.ImageDraw
    size: int = 19

    def write(self, x: float, y: float, text: str, colour: Colour = INK, size: int = 0) -> float:
        """Write one line with its upper left corner at (x, y); returns its width in px."""
        font = _font(size or self.size)
        self.on.text((x, y), text, fill=colour, font=font)
        return float(font.getlength(text))

    def write_lines(self, x: float, y: float, lines: Sequence[str]) -> None:
        """Write lines below each other."""
        for number, line in enumerate(lines):
            self.write(x, y + number * SPACING * self.size, line)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(chinese_font()), size)


def draw_explanation(explanation: Explanation, language: str = "en") -> Image.Image:
    """The whole picture, (H, 1524) RGB.

    Raises:
        UnknownNameError: a language the words are not written in.
    """
    words, doubted = (
        [line for each in said_there for line in wrapped(each, SIDE, Pen.size)]
        for said_there in (_sentences(explanation, language), doubts(explanation, language))
    )
    lines = Pen.size * SPACING
    end = BELOW + max(len(words) * lines, BARS + GAP + len(doubted) * lines)
    page = Image.new("RGB", (WIDTH, int(end) + 52), PAPER)
    pen = Pen(ImageDraw.Draw(page))
    right = EDGE + SIDE + GAP
    wide = pen.write(EDGE, 14, capitalised(headline(explanation, language)), size=30)
    room = min(SIDE / 2, WIDTH - 2 * EDGE - GAP - wide)
    name = shortened(str(explanation.row["photo"]), room)
    pen.write(WIDTH - EDGE - _font(16).getlength(name), 28, name, FAINT, 16)
    sight = explanation.sight
    of_photograph = "explain-photograph" if sight else "explain-photograph_alone"
    pen.write(EDGE, TOP - 31, message(language, of_photograph))
    pen.write(right, TOP - 31, message(language, "explain-evidence"))
    pixels = explanation.prepared.pixels
    page.paste(Image.fromarray(outlined(pixels, sight)), (EDGE, TOP))
    page.paste(Image.fromarray(overlaid(pixels, explanation.evidence)), (right, TOP))
    if sight:
        _legend(pen, EDGE, TOP + SIDE + 14, sight, language)
    _scale(page, pen, right, TOP + SIDE + 14, explanation.evidence, language)
    _bars(pen, right, BELOW, explanation, language)
    pen.write_lines(EDGE, BELOW, words)
    pen.write_lines(right, BELOW + BARS + GAP, doubted)
    pen.write(EDGE, end + 8, message(language, "page-device"), FAINT)
    return page


def as_png(picture: Image.Image) -> bytes:
    """The picture as the bytes of a PNG file, the same each time; it says what made it."""
    buffer, says = io.BytesIO(), PngInfo()
    says.add_text("Software", EXPLAINS)
    picture.save(buffer, "PNG", pnginfo=says, compress_level=PACKED)
    return buffer.getvalue()


def _sentences(explanation: Explanation, language: str) -> list[str]:
    first = [detected(explanation.sight, language)] if explanation.sight else []
    return [*first, *findings(explanation, language)]


def _enlarged(plane: np.ndarray, how: Image.Resampling) -> np.ndarray:
    """A plane (h, w) at the side of a panel, float."""
    whole = Image.fromarray(plane.astype(np.float32)).resize((SIDE, SIDE), how)
    return np.asarray(whole)


def _panel(pixels: np.ndarray) -> np.ndarray:
    how = Image.Resampling.BICUBIC
    return np.asarray(Image.fromarray(pixels).resize((SIDE, SIDE), how))


def outlined(pixels: np.ndarray, sight: LesionFindings | None) -> np.ndarray:
    """A square (S, S, 3) as a panel, with a line around each lesion seen, the disc and the fovea.

    The line runs outside, so that what it marks stays to be looked at.
    """
    panel = _panel(pixels).copy()
    if sight is None:
        return panel
    for kind in ("disc", *KINDS):
        share = sight.apart[MAPS.index(kind)]
        lesion = enlarged_marks(_kept(share, kind, sight), sight.threshold)
        if not lesion.any():
            continue
        around = ndimage.binary_dilation(lesion, iterations=2)
        panel[ndimage.binary_dilation(around, iterations=LINE) & ~around] = COLOURS[kind]
    panel = _ringed(panel, sight.on_dust or ())
    if sight.landmarks.fovea is not None:
        x, y = (int(np.clip(each * SIDE, 10, SIDE - 11)) for each in sight.landmarks.fovea)
        panel[y - 9 : y + 10, x : x + 2] = COLOURS["disc"]
        panel[y : y + 2, x - 9 : x + 10] = COLOURS["disc"]
    return panel


def _ringed(panel: np.ndarray, spots: Sequence[Spot]) -> np.ndarray:
    """A panel with a ring around each mark that lies on dust."""
    shown = Image.fromarray(panel)
    pen = ImageDraw.Draw(shown)
    for spot in spots:
        place, reach = (spot.x * SIDE, spot.y * SIDE), spot.diameter * SIDE / 2 + 3 * LINE
        pen.circle(place, reach, outline=COLOURS["dust"], width=LINE)
    return np.array(shown)


def enlarged_marks(share: np.ndarray, threshold: float) -> np.ndarray:
    """What of a map (h, w) lies above a threshold, at the side of a panel, bool.

    Smooth between pixels; a single pixel, which smoothing would lose, keeps its place.
    """
    smooth = _enlarged(share, Image.Resampling.BILINEAR) > threshold
    marked = _enlarged(share > threshold, Image.Resampling.BILINEAR) > 0.5
    return np.asarray(smooth | marked)


def _kept(share: np.ndarray, kind: str, sight: LesionFindings) -> np.ndarray:
    """The map of a kind without what was not counted: other discs."""
    if kind != "disc":
        return share
    labels, _ = ndimage.label(share > sight.threshold, np.ones((3, 3)))
    if sight.landmarks.disc is None or not labels.any():
        return np.zeros_like(share)
    largest = np.bincount(labels[labels > 0]).argmax()
    return np.where(labels == largest, share, 0.0)


def scale_of(evidence: Evidence) -> float:
    """What is coloured in full: the strongest place, but not less than clear evidence."""
    return max(float(np.abs(evidence.says).max()), CLEAR[evidence.measure])


def overlaid(pixels: np.ndarray, evidence: Evidence) -> np.ndarray:
    """A square as a grey panel, coloured where evidence lies; the stronger, the more."""
    grey = _panel(pixels).mean(axis=2, keepdims=True) * np.ones(3)
    says = _enlarged(evidence.says / scale_of(evidence), Image.Resampling.BICUBIC).clip(-1, 1)
    return _tinted(grey, says).astype(np.uint8)


def _tinted(grey: np.ndarray, says: np.ndarray) -> np.ndarray:
    """Colour a picture (h, w, 3) by what places say (h, w), -1 against to 1 for."""
    colour = np.where(says[..., None] > 0, np.array(FOR), np.array(AGAINST))
    return grey + COVER * np.abs(says)[..., None] * (colour - grey)


def _legend(pen: Pen, x: float, y: float, sight: LesionFindings, language: str) -> None:
    entries = [(kind, lesion_words(kind, sight.counts[kind], language)) for kind in KINDS]
    if sight.landmarks.disc is not None:
        entries.append(("disc", message(language, "explain-disc")))
    if sight.landmarks.fovea is not None:
        entries.append(("fovea", message(language, "explain-fovea")))
    if sight.on_dust:
        entries.append(("dust", message(language, "explain-dust", n=len(sight.on_dust))))
    for number, (kind, text) in enumerate(entries):
        left, top = x + number % 3 * SIDE / 3, y + number // 3 * 32
        _swatch(pen, left, top, kind)
        pen.write(left + 30, top - 3, text, size=17)


def _swatch(pen: Pen, x: float, y: float, kind: str) -> None:
    """A little piece of retina with the line or the cross of a kind."""
    pen.on.rectangle((x, y, x + 22, y + 22), fill=(140, 62, 24))
    colour = COLOURS.get(kind, COLOURS["disc"])
    if kind == "fovea":
        pen.on.line((x + 11, y + 4, x + 11, y + 18), fill=colour, width=2)
        pen.on.line((x + 4, y + 11, x + 18, y + 11), fill=colour, width=2)
    else:
        pen.on.ellipse((x + 4, y + 4, x + 18, y + 18), outline=colour, width=2)


def _scale(page: Image.Image, pen: Pen, x: int, y: int, evidence: Evidence, language: str) -> None:
    """The colours of the evidence with their ends, and what they are colours of."""
    says = np.tile(np.linspace(-1, 1, SIDE), (16, 1))
    page.paste(
        Image.fromarray(_tinted(np.full((16, SIDE, 3), 170.0), says).astype(np.uint8)), (x, y)
    )
    scale = scale_of(evidence)
    ends = [message(language, each) for each in ("explain-not_referable", "explain-referable")]
    middle = x + SIDE / 2
    pen.write(x, y + 18, f"−{scale:.1f} {ends[0]}", size=16)
    pen.write(middle - _font(16).getlength("0") / 2, y + 18, "0", size=16)
    last = f"{ends[1]} +{scale:.1f}"
    pen.write(x + SIDE - _font(16).getlength(last), y + 18, last, size=16)
    key = f"explain-scale_{evidence.measure}{'_with_maps' if evidence.lesions else ''}"
    total, whole = float(evidence.says.mean()), evidence.total - evidence.neutral
    words = message(language, key, total=signed(total), whole=signed(whole))
    for number, line in enumerate(wrapped(words, SIDE, 16)):
        pen.write(x, y + 44 + number * 22, line, FAINT, 16)


def _bars(pen: Pen, x: float, y: float, explanation: Explanation, language: str) -> None:
    """The five probabilities as bars with their numbers."""
    pen.write(x, y, message(language, "explain-probabilities"))
    start, longest = x + 250, SIDE - 250 - 70
    given = FOR if explanation.referable else AGAINST
    if explanation.is_below_the_point:
        given = INK  # neither says what is to be done
    for grade, name, key in zip(GRADES, NAMES[language], PROBABILITIES, strict=True):
        top, share = y + 36 + 30 * grade, float(explanation.row[key])
        pen.write(x, top - 4, f"{grade}  {name}", size=17)
        fill = given if grade == explanation.grade else OTHER
        pen.on.rectangle((start, top, start + max(share * longest, 1), top + 18), fill=fill)
        pen.write(start + share * longest + 8, top - 4, f"{share:.3f}", size=16)


def wrapped(text: str, width: float, size: int) -> list[str]:
    """Text cut into lines of `width` px: between words, and between any two Chinese letters."""
    font, lines = _font(size), [""]
    for piece in _pieces(text):
        if font.getlength(lines[-1] + piece.rstrip()) <= width or piece[0] in NEVER_FIRST:
            lines[-1] += piece
        else:
            lines.append(piece)
    return [line.rstrip() for line in lines if line.strip()]


def _pieces(text: str) -> list[str]:
    """What stays together: a Chinese letter, or a word with the space behind it."""
    found: list[str] = []
    for letter in text:
        joins = found and ord(letter) < 0x2E80 and ord(found[-1][-1]) < 0x2E80
        if joins and not found[-1].endswith(" "):
            found[-1] += letter
        else:
            found.append(letter)
    return found


def shortened(text: str, width: float, size: int = 16) -> str:
    """A name of at most `width` px, printable; what is left out of a long one is its beginning."""
    text = "".join(
        letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in text
    )
    if _font(size).getlength(text) <= width:
        return text
    while text and _font(size).getlength(f"…{text}") > width:
        text = text[1:]
    return f"…{text}"
