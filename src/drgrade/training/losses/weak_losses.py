"""Losses of weak labels: any DR without a grade, and lesions named for the whole photograph."""

import torch
import torch.nn.functional as F

PEAKS = 4  # pixels of a map that speak for it: a lesion is small, one pixel may be noise


def any_dr_loss(outputs: torch.Tensor, any_dr: torch.Tensor, grades: torch.Tensor) -> torch.Tensor:
    """Minus the log of the marginal likelihood of "any DR" under conditional ordinal steps.

    The first step is the probability of a grade above 0, so that the sum over the grades that a
    label leaves open needs no more than it. Rows with a grade are left out: they say more.

    Args:
        outputs: logits of the steps (n, 4).
        any_dr: 1, 0, or -1 where unknown (n,).
        grades: 0 to 4, or -1 where unknown (n,).
    """
    asked = (any_dr >= 0) & (grades < 0)
    if not bool(asked.any()):
        return outputs.sum() * 0.0
    return F.binary_cross_entropy_with_logits(outputs[asked, 0], any_dr[asked].to(outputs))


def tag_loss(maps: torch.Tensor, tags: torch.Tensor) -> torch.Tensor:
    """Multiple-instance cross-entropy: a photograph has a kind of lesion if some place shows it.

    The evidence of a map is the mean of its `PEAKS` highest logits (Zhu et al. 2017,
    arXiv:1612.05968); kinds whose tag is unknown are left out.

    Args:
        maps: logits (n, 4 or more, h, w), the first four of `masks.KINDS`.
        tags: 1, 0, or -1 where unknown (n, 4).
    """
    known = tags >= 0
    if not bool(known.any()):
        return maps.sum() * 0.0
    peaks = maps[:, : tags.shape[1]].flatten(2).topk(PEAKS, dim=2).values.mean(dim=2)
    return F.binary_cross_entropy_with_logits(peaks[known], tags[known].to(peaks))
