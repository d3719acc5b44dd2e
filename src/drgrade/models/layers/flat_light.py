"""Light and colour of a camera taken out: each pixel against its surroundings.

Illumination and a camera's colour multiply what the retina reflects, so a pixel divided by the
mean around it does not know them. Graham subtracted that mean instead (Kaggle's 2015 competition).
"""

import torch
import torch.nn.functional as F

DARK = 0.03  # of full light; below it lies the margin
COARSE = 32  # places a side at which surroundings are averaged
AROUND = 5  # of these places a side make up the surroundings: a sixth of the square
LIKE = 0.5  # a pixel like its surroundings; half and twice as bright are 0 and 1
FAINTEST = 1 / 255


def flattened(squares: torch.Tensor) -> torch.Tensor:
    """Squares (n, 3, S, S), 0 to 1, as half the log2 of each pixel over its surroundings, plus 0.5.

    Margins are 0.5. Light and colour that change all of a square alike, or slowly, are gone.
    """
    inside = (squares.amax(dim=1, keepdim=True) > DARK).to(squares)
    light = _around(squares * inside) / _around(inside).clamp(min=FAINTEST)
    light = F.interpolate(light, size=squares.shape[-2:], mode="bilinear", align_corners=False)
    against = squares.clamp(min=FAINTEST).log2() - light.clamp(min=FAINTEST).log2()
    return (LIKE + 0.5 * against * inside).clamp(0, 1)


def _around(values: torch.Tensor) -> torch.Tensor:
    """Means around each of `COARSE` x `COARSE` places, twice over, so that they are smooth."""
    coarse = F.adaptive_avg_pool2d(values, min(COARSE, values.shape[-1]))
    for _ in range(2):
        coarse = F.avg_pool2d(coarse, AROUND, stride=1, padding=AROUND // 2, count_include_pad=True)
    return coarse
