"""The Dataset that the lab sheet asks for."""

from collections import Counter
from pathlib import Path

import numpy as np
import torch
from torch.utils.data import Dataset, get_worker_info

from drgrade.data.photos.intake import needs_retina_check, open_photo
from drgrade.data.photos.preprocess import Preprocess
from drgrade.data.tables.manifest import Manifest, read_manifest
from drgrade.models.layers.squares import as_unit
from drgrade.recipe.recipe import Augment
from drgrade.training.augmentation.moves import apply, draw


class PhotoDataset(Dataset[tuple[torch.Tensor, int]]):
    """Photos of a manifest with their grades, as the lab sheet asks for.

    Args:
        manifest: a manifest, or the path of one.
        mode: the split to take (`train`, `tune`, `calibrate`, `test`); empty takes every row.
        size: side of the square in pixels.
        flip: random flips, both ways, in mode `train`.
        seed: of the flips, which are drawn anew for each photo and epoch, in whatever worker.
        retina_check: an item that shows no retina in colour raises `PhotoError`, as one that cannot
            be read; synthetic photographs are not asked.
    """

    def __init__(
        self,
        manifest: Manifest | Path | str,
        mode: str = "train",
        size: int = 512,
        *,
        flip: bool = True,
        seed: int = 0,
        retina_check: bool = True,
    ) -> None:
        whole = manifest if isinstance(manifest, Manifest) else read_manifest(Path(manifest))
        self.manifest = whole.part(mode) if mode else whole
        self.mode = mode
        self.settings = Preprocess(size=size)
        self.flip = Augment(flip=flip and mode == "train")
        self.seed = seed
        self.retina_check = retina_check and needs_retina_check(whole.provenance)
        self.visits: Counter[int] = Counter()  # of each photo, so that no two flips are one draw
        self.photos = self.manifest.table["photo"].to_list()
        has_hashes = "sha256" in self.manifest.table.columns
        self.hashes = (self.manifest.table["sha256"].to_list() if has_hashes
                       else [None] * len(self.photos))  # fmt: skip
        self.grades = self.manifest.table["grade"].to_list()

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        """One photo (3, size, size), float in [-1, 1], and its grade 0 to 4 (-1: unknown)."""
        path = self.manifest.locate(self.photos[index])
        promised = self.hashes[index] or ""
        opened = open_photo(path, self.settings, sha256=promised, retina_check=self.retina_check)
        square = as_unit(torch.tensor(opened.pixels)[None])
        # A worker has a copy of this object, and a seed of its own that is another each epoch.
        worker = torch.initial_seed() if get_worker_info() else 0
        place = [self.seed, worker, index, self.visits[index]]
        self.visits[index] += 1
        moved = apply(square, draw(np.random.default_rng(place), 1, self.flip))[0]
        grade = self.grades[index]
        return moved * 2 - 1, -1 if grade is None else int(grade)
