"""The ledger of test sets: every look at one is counted, on this machine, for good.

Who judges many models on the same test photographs and keeps the best has chosen on test, even
where each judgement by itself was clean. The ledger cannot forbid it; it makes it seen.
"""

import hashlib
import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import polars as pl

from drgrade.data.tables.predictions import Predictions
from drgrade.icdr import PROBABILITIES
from drgrade.runtime.user_folders import data_folder

NAME = "test-ledger.jsonl"
NOT_TEST = ("train", "tune", "calibrate", "out_of_fold")


@dataclass(frozen=True)
class Looks:
    """How often a test set was looked at: `number` with this look, by `models` different ones.

    `problem` says why the look could not be written down, and is empty where it was.
    """

    set_hash: str
    model_hash: str
    number: int
    models: int
    problem: str = ""

    def as_json(self) -> dict[str, Any]:
        """The fields as plain values."""
        return asdict(self)


def ledger_file() -> Path:
    """Where the ledger lies, in the user's data folder."""
    return data_folder() / NAME


def look_at(predictions: Predictions) -> Looks | None:
    """Write down one look at the rows of one split and count all of them; None if not a test set.

    Rows that name no split count as a test set. The same model judged again is a look, and the
    same model. A ledger that cannot be read or written never stops a judgement.
    """
    splits = predictions.table["split"].drop_nulls().unique().to_list()
    if any(split in NOT_TEST for split in splits):
        return None
    which, model = set_hash(predictions), model_hash(predictions)
    seen = [entry["model"] for entry in _entries() if entry["set"] == which]
    problem = _append({"set": which, "model": model, "time": _now()})
    return Looks(which, model, len(seen) + 1, len({*seen, model}), problem)


def set_hash(predictions: Predictions) -> str:
    """The identity of a test set: its photos and their reference grades, whatever their order."""
    rows = predictions.table.select("photo", pl.col("grade").cast(pl.String).fill_null(""))
    return _hash(sorted(f"{photo}\x1f{grade}" for photo, grade in rows.iter_rows()))


def model_hash(predictions: Predictions) -> str:
    """The identity of a model: the hash that travels with its answers, else the answers' own."""
    sha256 = predictions.provenance.weights_sha256
    if sha256:
        return str(sha256)
    answers = predictions.table.sort("photo").select("photo", "predicted", *PROBABILITIES)
    return _hash([repr(row) for row in answers.iter_rows()])


def _hash(lines: list[str]) -> str:
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _now() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _entries() -> list[dict[str, str]]:
    """The whole lines of the ledger; a line cut by a crash is no look and is passed over."""
    try:
        lines = ledger_file().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    found = []
    for line in lines:
        try:
            entry = json.loads(line)
        except ValueError:
            continue
        if isinstance(entry, dict) and {"set", "model"} <= set(entry):
            found.append(entry)
    return found


def _append(entry: dict[str, str]) -> str:
    """Add one line in one write, so that two processes never mix theirs; what is wrong, or ""."""
    path = ledger_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            os.write(handle, ("\n" + json.dumps(entry)).encode())
            os.fsync(handle)
        finally:
            os.close(handle)
    except OSError as error:
        return f"{path}: {error.strerror or error}"
    return ""
