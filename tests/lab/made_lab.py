"""A lab's folder made up in numbers: patients with two eyes, cells with answers, no photographs."""

import numpy as np
import polars as pl

from drgrade.data.tables.manifest import make_manifest
from drgrade.data.tables.predictions import from_rows
from drgrade.data.tables.predictions_file import write_predictions
from drgrade.icdr import PROBABILITIES
from drgrade.provenance.photo_set import SetProvenance
from drgrade.recipe.overrides import apply_changes
from drgrade.recipe.recipe import make_recipe
from drgrade.recipe.run_folder import RunFolder, provenance
from drgrade.runtime.files import write_json

EPOCHS = 6
SHARES = (0.62, 0.1, 0.16, 0.06, 0.06)


def made_manifest(tmp_path, *, patients=120, source="made", leak=False):
    """Two eyes a patient, alike; split by patient, or by eye where the split shall leak."""
    generator = np.random.default_rng(0)
    rows = []
    for patient in range(patients):
        first = int(generator.choice(5, p=SHARES))
        second = first if generator.random() < 0.8 else int(generator.choice(5, p=SHARES))
        parts = _parts(patient, leak)
        for eye, grade, split in zip(("left", "right"), (first, second), parts, strict=True):
            rows.append({"photo": f"{patient}_{eye}.jpeg", "patient": str(patient), "eye": eye,
                         "grade": grade, "split": split})  # fmt: skip
    return make_manifest(pl.DataFrame(rows), tmp_path, SetProvenance(source=source))


def _parts(patient, leak):
    if leak and patient % 3:
        return "train", "test"
    part = ("train", "train", "tune", "calibrate", "test", "test")[patient % 6]
    return part, part


def made_cell(folder, manifest, name, *, skill, state="finished", size=512, role="table",
              changes=(), tuned=True):  # fmt: skip
    """A run folder whose network is right with probability `skill`; 0 answers 0 always.

    `changes` are of its recipe, as `--set` takes them; without `tuned` no tune score is known.
    """
    network, start = name.split("-")[:2]
    given = {
        "name": name, "data": {"size": size}, "model": {"network": network, "start": start},
        "optimiser": {"learning_rate": 1e-5 if start == "imagenet" else 1e-4},
        "train": {"epochs": EPOCHS, "batch": 4, "watch_test": True},
    }  # fmt: skip
    apply_changes(given, changes)
    recipe = make_recipe(given)
    settings = {
        "name": name, "network": network, "start": start, "size": size, "role": role,
        "head": recipe.model.head, "epochs": recipe.train.epochs, "batch": recipe.train.batch,
        "choose": recipe.train.choose, "run": f"runs/{name}",
        "learning_rate": recipe.optimiser.learning_rate,
    }  # fmt: skip
    if state == "empty":
        return settings
    run = RunFolder(folder / "runs" / name)
    run.begin(recipe, manifest.hash)
    history = _history(skill, EPOCHS if state == "finished" else 2)
    unknown = {} if tuned else dict.fromkeys(("tune_loss", "tune_accuracy", "tune_qwk"))
    run.write_metrics([row | unknown for row in history])
    if state == "finished":
        _finish(run, manifest, name, skill)
        summary = run.read_json(run.summary)
        if not tuned:
            summary |= {"best_tune_qwk": None, "best_tune_accuracy": None}
        if not tuned or recipe.train.choose == "last":
            summary |= {"best_epoch": EPOCHS}
        write_json(run.summary, summary)
    return settings


def _history(skill, epochs):
    climb = [0.5 + (0.4 * skill) * (epoch / EPOCHS) ** 0.5 for epoch in range(1, epochs + 1)]
    return [
        {"epoch": epoch, "seconds": 61.5, "photos_per_second": 13.2, "learning_rate": 1e-4,
         "train_loss": 1.2 - 0.1 * epoch, "train_accuracy": min(score + 0.02 * epoch, 1.0),
         "tune_loss": 1.1, "tune_accuracy": score, "tune_qwk": score - 0.4,
         "test_accuracy": score - 0.01 * (epoch % 2), "majority_share": 0.9}
        for epoch, score in enumerate(climb, start=1)
    ]  # fmt: skip


def _finish(run, manifest, name, skill):
    write_predictions(_answers(manifest, name, skill), run.predictions)
    write_predictions(_answers(manifest, name, min(1.0, skill * 1.05)).part("test"),
                      run.highest_test)  # fmt: skip
    write_json(run.summary, {
        "best_epoch": 4, "best_tune_qwk": round(skill * 0.9, 3),
        "best_tune_accuracy": 0.6 + skill / 5,
        "epochs": EPOCHS, "highest_test_accuracy": 0.7, "highest_test_epoch": 6,
        "collapsed": skill == 0, "majority_share": 1.0 if skill == 0 else 0.7,
        "seconds": 369.0, "photos_per_second": 13.2, "parameters": 11_179_077, "device": "cpu",
        "leaked_share": 0.0, "counts": [],
    })  # fmt: skip
    write_json(run.finished, {"epochs": EPOCHS})


def _answers(manifest, name, skill):
    generator = np.random.default_rng(len(name))
    rows = []
    for row in manifest.table.filter(pl.col("split") != "train").to_dicts():
        is_right = generator.random() < skill
        guess = int(generator.choice(5, p=SHARES)) if skill else 0
        given = row["grade"] if is_right else guess
        p = np.full(5, 0.05)
        p[given] = 0.8
        rows.append({**row, "status": "graded", "predicted": given, "model": name,
                     **dict(zip(PROBABILITIES, map(float, p), strict=True))})  # fmt: skip
    return from_rows(rows)


def made_lab(folder, manifest, settings, *, reasons=None, compared=(), leaked_share=0.0):
    """Write the lab's notes over its cells."""
    recipe = make_recipe({"name": "lab"})
    networks = {f"{s['network']} {s['head']}": {
        "network": s["network"], "head": s["head"], "parameters": 11_179_077,
        "printed": "ResNet(\n  (conv1): Conv2d(3, 64, kernel_size=(7, 7))\n)",
    } for s in settings}  # fmt: skip
    write_json(folder / "lab.json", {
        "format": 1, "written": "2026-01-02T03:04:05Z", "recipe": "lab", "size": 512,
        "cells": settings, "compared": list(compared), "reasons": reasons or {},
        "networks": networks, "estimated_seconds": {}, "leaked_share": leaked_share,
        "dataset": {"__len__": "def __len__(self):\n    return len(self.photos)\n"},
        "provenance": provenance(recipe, manifest.hash),
    })  # fmt: skip
