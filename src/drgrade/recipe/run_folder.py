"""A run folder: the recipe, where it came from, its log, its checkpoints and its predictions."""

import csv
import io
import json
import os
import platform
import sys
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from drgrade import __version__
from drgrade.errors import RunError
from drgrade.recipe.recipe import Recipe, load_recipe, write_toml
from drgrade.runtime.files import write_json, write_text

METRICS = (
    "epoch", "seconds", "photos_per_second", "learning_rate", "train_loss", "train_accuracy",
    "tune_loss", "tune_accuracy", "tune_qwk", "test_accuracy", "majority_share", "lesion_loss",
)  # fmt: skip
SCORECARD = "scorecard"
MANIFEST = "manifest.parquet"
VERSIONED = ("torch", "numpy", "polars", "pillow", "simplejpeg", "scipy")


class RunFolder:
    """The names of what lies in a run folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = Path(folder)
        self.recipe = self.folder / "recipe.toml"
        self.provenance = self.folder / "provenance.json"
        self.given = self.folder / "given.parquet"  # photos of a fold or a cell, named by no recipe
        self.metrics = self.folder / "metrics.csv"
        self.best = self.folder / "best.safetensors"
        self.last = self.folder / "last.safetensors"
        self.predictions = self.folder / "predictions.parquet"
        self.highest_test = self.folder / "highest_test.parquet"
        self.summary = self.folder / "summary.json"
        self.scorecard = self.folder / SCORECARD
        self.finished = self.folder / "finished.json"

    @property
    def is_started(self) -> bool:
        """Whether a training has begun here."""
        return self.recipe.is_file()

    @property
    def is_finished(self) -> bool:
        """Whether the training here came to its end; the mark is written last."""
        return self.finished.is_file()

    @property
    def began_in(self) -> Path | None:
        """The folder that paths of its recipe are relative to; None where it is unknown.

        Of a run with stages, the one that its first stage began in.
        """
        stages = sorted((self.folder / "stages").glob(f"*/{self.provenance.name}"))
        for file in (self.provenance, *stages):
            if file.is_file() and (folder := self.read_json(file).get("folder")):
                return Path(folder)
        return None

    def read_json(self, path: Path) -> dict[str, Any]:
        """One of the folder's JSON files; RunError where it is missing."""
        if not path.is_file():
            raise RunError(f"no {path.name} in {self.folder}; is it a run folder?")
        return json.loads(path.read_text(encoding="utf-8"))

    def read_metrics(self) -> list[dict[str, float | None]]:
        """The rows of metrics.csv, numbers or None."""
        with self.metrics.open(newline="", encoding="utf-8") as file:
            return [
                {key: float(value) if value else None for key, value in row.items()}
                for row in csv.DictReader(file)
            ]

    def write_metrics(self, history: Sequence[Mapping[str, Any]]) -> None:
        """Write metrics.csv anew from the whole history."""
        text = io.StringIO()
        writer = csv.DictWriter(text, METRICS, lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _short(row.get(key)) for key in METRICS} for row in history)
        write_text(self.metrics, text.getvalue())

    def begin(self, recipe: Recipe, manifest_hash: str) -> None:
        """Write recipe and provenance; a folder of another run is refused."""
        if self.is_started:
            raise RunError(
                f"{self.folder} already holds a run; resume it with "
                f"`drgrade train --resume {self.folder}` or choose another folder"
            )
        here = {"folder": str(Path.cwd())}  # what paths of the recipe are relative to
        write_json(self.provenance, provenance(recipe, manifest_hash) | here)
        write_text(self.recipe, write_toml(recipe))

    def keep_known(self, new: dict[str, Any]) -> None:
        """Add to the provenance what is not in it yet; of several processes the first one does."""
        known = self.read_json(self.provenance)
        if known | new != known:
            write_json(self.provenance, known | new)

    def withdraw(self) -> None:
        """Take back what `begin` wrote: of a run that could not start nothing is kept."""
        for written in (self.recipe, self.given, self.provenance):
            written.unlink(missing_ok=True)

    def refuse_other(self, recipe: Recipe) -> None:
        """Refuse a recipe that is not the one of the run here; RunError says what differs."""
        changes = _changes(load_recipe(str(self.recipe)), recipe)
        if changes:
            raise RunError(
                f"{self.folder}: a run keeps its recipe, but these differ: {'; '.join(changes)}; "
                "ask for what it began with, or remove that folder to begin anew"
            )

    def refuse_other_photos(self, manifest_hash: str) -> None:
        """Refuse a manifest that is not the one of the run here, in whatever cell."""
        before = self.read_json(self.provenance)["manifest_hash"]
        if before != manifest_hash:
            raise RunError(
                f"{self.folder}: the manifest changed since this run began "
                f"({before[:12]} then, {manifest_hash[:12]} now); "
                "put it back or start a new run"
            )

    def keep_squares(self, squares: Mapping[str, Any]) -> None:
        """Keep what the training was made with; RunError where one that goes on has other files.

        Args:
            squares: their `hash` over names and files, and the number of `photos` that have one.
        """
        before = self.read_json(self.provenance)
        known = before.get("squares")  # runs begun before it was kept lack it
        if known is None or not self.last.is_file():
            if known != squares:
                write_json(self.provenance, before | {"squares": dict(squares)})
        elif known != squares:
            raise RunError(
                f"{self.folder}: the photos' files changed since this run began "
                f"({known['photos']} of them could be used then, {squares['photos']} now); "
                "put them back or start a new run"
            )

    def check_resumable(self, recipe: Recipe | None, manifest_hash: str) -> list[str]:
        """Refuse a changed recipe or manifest; return warnings about changed versions."""
        if not self.is_started:
            raise RunError(f"no run to resume in {self.folder}; start one with `drgrade train`")
        before = self.read_json(self.provenance)
        if recipe is not None:
            self.refuse_other(recipe)
            self._refuse_edited(recipe, before)
        self.refuse_other_photos(manifest_hash)
        now = versions()
        return [
            f"{name} was {old} when the run began and is {now.get(name)} now"
            for name, old in before["versions"].items()
            if now.get(name) != old
        ]

    def _refuse_edited(self, recipe: Recipe, before: dict[str, Any]) -> None:
        """Refuse a folder whose recipe is not the one that its training began with."""
        if (
            before["versions"].get("drgrade") == __version__
            and before["recipe_hash"] != recipe.hash
        ):
            raise RunError(
                f"{self.recipe} was changed since its training began; put it back as it was, or "
                "train the changed recipe into another folder"
            )


def provenance(recipe: Recipe, manifest_hash: str) -> dict[str, Any]:
    """What made a run: versions, seed, hashes, command and machine."""
    return {
        "versions": versions(),
        "seed": recipe.train.seed,
        "recipe_hash": recipe.hash,
        "manifest_hash": manifest_hash,
        "command": ["drgrade", *sys.argv[1:]],
        "machine": {"system": platform.platform(), "cores": os.cpu_count()},
        "begun": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }


def versions() -> dict[str, str]:
    """Versions of drgrade, Python and the packages that decide what comes out."""
    found = {"drgrade": __version__, "python": platform.python_version()}
    there = {name: _version(name) for name in VERSIONED}
    return found | {name: version for name, version in there.items() if version is not None}


@cache
def _version(name: str) -> str | None:
    """The version of a package; None where it is not installed."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _changes(old: Recipe, new: Recipe) -> list[str]:
    """Each setting that is another now, with both values."""
    before, now = old.model_dump(), new.model_dump()
    return [
        f"{section}.{key}: {before[section][key]!r} -> {value!r}"
        for section, values in now.items() if isinstance(values, dict)
        for key, value in values.items() if before[section][key] != value
    ]  # fmt: skip


def _short(value: Any) -> Any:
    return f"{value:.6g}" if isinstance(value, float) else value
