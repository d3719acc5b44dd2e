"""The table of photos, patients, eyes and grades: read, check, write."""

import hashlib
import json
import posixpath
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from drgrade.data.tables.bound import record_of, write_bound
from drgrade.data.tables.columns import SCHEMA, Place, typed
from drgrade.data.tables.columns import SPLITS as SPLITS  # part of what a manifest promises
from drgrade.data.tables.delimited import Problems, TextTable, read_delimited
from drgrade.data.tables.formulas import neutralise, restored
from drgrade.data.tables.groups import groups_of
from drgrade.data.tables.manifest_provenance import (
    KIND,
    parse_set_provenance,
    read_set_provenance,
    refuse_foreign,
)
from drgrade.data.tables.parquet import DamagedTableError, read_parquet
from drgrade.data.tables.patients import PATIENT_AND_EYE, with_eyes, with_patients
from drgrade.errors import ManifestError
from drgrade.provenance.photo_set import SetProvenance
from drgrade.runtime.files import replacing


@dataclass(frozen=True)
class Manifest:
    """Rows of `SCHEMA` (further columns kept), the folder photos lie in, and the set's provenance.

    `table`: photo is never null; grade 0 to 4 or null; split one of `SPLITS` or null; `dme`, where
    present, is a small integer; all further columns are text.
    """

    table: pl.DataFrame
    root: Path
    provenance: SetProvenance = field(default_factory=SetProvenance)

    def __len__(self) -> int:
        return len(self.table)

    def part(self, split: str) -> "Manifest":
        """The rows of one split."""
        return replace(self, table=self.table.filter(pl.col("split") == split))

    def locate(self, photo: str) -> Path:
        """Where a photo lies, below the root; the part after `.npz#` stays in the name.

        Raises:
            ManifestError: the photo would lie outside the root.
        """
        if posixpath.isabs(photo) or ".." in photo.split("/"):
            raise ManifestError(
                f"photo paths stay below the root {self.root}, got '{photo}'; "
                "declare a root that holds it"
            )
        return self.root / photo

    def groups(self) -> np.ndarray:
        """A label a row that is never divided, shape (n,), str: group, else patient, else photo.

        A patient with rows in two groups ties these groups together.
        """
        return groups_of(self.table)

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the rows in the order of their photos; row order and root do not matter."""
        columns = [*SCHEMA, *sorted(set(self.table.columns) - set(SCHEMA))]
        digest = hashlib.sha256("\x1f".join(columns).encode())
        table = self.table.sort("photo")
        cells = [pl.col(name).cast(pl.String).fill_null("") for name in columns]
        for piece in table.iter_slices(50_000):
            rows = piece.select(pl.concat_str(cells, separator="\x1f").alias("row"))["row"]
            digest.update(("\n" + "\n".join(rows.to_list())).encode())
        return digest.hexdigest()

    def noting(self, *notes: str, **known: Any) -> "Manifest":
        """The same rows with further notes (sentences for the reader) and provenance."""
        return replace(self, provenance=self.provenance.noting(notes, **known))


def make_manifest(
    table: pl.DataFrame, root: Path, provenance: SetProvenance | None = None
) -> Manifest:
    """Make a manifest of columns in memory; missing ones become empty, all are checked.

    Empty patients and their eyes are taken from names as by `read_manifest`.

    Raises:
        ManifestError: every problem at once, with the number of its row.
    """
    problems = Problems(Path("this table"), unit="row")
    place = Place(Path(root), Path(root))
    return name_patients(from_text(_as_text(table, problems), place, problems, provenance))


def read_manifest(path: Path, *, root: Path | None = None) -> Manifest:
    """Read a manifest, `.parquet` or CSV of any usual make; text stays text.

    Photos lie below `root` (a folder as given, else one beside the manifest), else below the root
    the manifest declares, else beside it. Absolute paths and paths with `..` are allowed below a
    declared root only, and become relative to it.
    Where a row has no patient, patient and eye are taken from a name like `10_left.jpeg` (the
    patient that others of that name have, where the table gives them one), and a note says so.

    Raises:
        ManifestError: every problem of the file at once, with line, value and cure.
    """
    path = Path(path)
    problems = Problems(path, unit="row" if path.suffix.lower() == ".parquet" else "line")
    if path.suffix.lower() == ".parquet":
        text, known = _read_parquet(path, problems)
    else:
        text, known = _read_csv(path, problems), read_set_provenance(path)
    if root is not None and not (root.is_dir() or (path.parent / root).is_dir()):
        raise ManifestError(f"the photos' root must be a folder, got '{root}', which is none here "
                            f"or beside {path.name}")  # fmt: skip
    declared = known.root if root is None else root.absolute() if root.is_dir() else root
    base = path.parent if declared is None else path.parent / declared
    place = Place(base, path.parent, is_declared=declared is not None)
    return name_patients(from_text(text, place, problems, known.without("root")))


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write `.csv` (provenance in a `.json` beside it) or `.parquet` (in its metadata).

    Text that a spreadsheet would run as a formula gets an apostrophe in front in the CSV, which
    `read_manifest` takes away again.

    Raises:
        ManifestError: another ending, or the place of the provenance is taken by another's file.
    """
    path = Path(path)
    known = manifest.provenance.as_json() | _declared_root(manifest.root, path.parent)
    known = {"kind": KIND, **known}
    if path.suffix == ".parquet":
        with replacing(path) as temporary:
            kept = {"drgrade": json.dumps(known, allow_nan=False)}
            manifest.table.write_parquet(temporary, metadata=kept)
    elif path.suffix == ".csv":
        refuse_foreign(record_of(path))
        write_bound(path, neutralise(manifest.table).write_csv, known)
    else:
        raise ManifestError(f"a manifest is .csv or .parquet, got '{path.name}'; rename it")


def _declared_root(root: Path, folder: Path) -> dict[str, str]:
    root, folder = root.resolve(), folder.resolve()
    if root == folder:
        return {}
    inside = root.is_relative_to(folder)
    return {"root": (root.relative_to(folder) if inside else root).as_posix()}


def _read_csv(path: Path, problems: Problems) -> TextTable:
    if path.suffix.lower() in (".xlsx", ".xls", ".ods"):
        problems.stop(0, "a manifest is .csv or .parquet; save the sheet as CSV (UTF-8)")
    text = read_delimited(path, problems)
    return replace(text, table=restored(text.table))


def _read_parquet(path: Path, problems: Problems) -> tuple[TextTable, SetProvenance]:
    try:
        table, metadata = read_parquet(path)
    except OSError as error:
        problems.stop(0, f"cannot be read ({error.strerror}); give the path of a table")
    except DamagedTableError as error:
        problems.stop(0, f"cannot be read: {error}; write it anew")
    if table.is_empty():
        problems.stop(0, "the table has no rows")
    known = metadata.get("drgrade", "{}").encode()
    return _as_text(table, problems), parse_set_provenance(known, path)


def _as_text(table: pl.DataFrame, problems: Problems) -> TextTable:
    """Every column as text, and the number of each row from 1 on."""
    for column in table:
        if (text := _text_of(column)) is not None:
            table = table.with_columns(text)
        else:
            problems.add(0, f"cells are text or numbers, and the column '{column.name}' holds "
                            f"{column.dtype}; leave it out")  # fmt: skip
    problems.refuse()
    lines = pl.Series("line", np.arange(1, len(table) + 1, dtype=np.uint32))
    return TextTable(table, lines)


def _text_of(column: pl.Series) -> pl.Series | None:
    """A column as text; None where it holds lists, structures or bytes that are none."""
    if column.dtype.is_nested() or column.dtype == pl.Object:
        return None
    try:
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        return None


def from_text(
    text: TextTable, place: Place, problems: Problems, provenance: SetProvenance | None = None
) -> Manifest:
    """Check columns of text and give them their types.

    Raises:
        ManifestError: all that is wrong, together with what `problems` already holds.
    """
    table = typed(text, place, problems)
    problems.refuse()
    return Manifest(table, place.root, provenance or SetProvenance())


def name_eyes(manifest: Manifest) -> Manifest:
    """Fill empty eyes from names like `10_left.jpeg`, and note it; patients stay as they are."""
    table, note = with_eyes(manifest.table)
    return replace(manifest, table=table).noting(note) if note else manifest


def name_patients(manifest: Manifest) -> Manifest:
    """Fill empty patients, and their eyes, from names like `10_left.jpeg`, and note the rule."""
    table, note = with_patients(manifest.table)
    if not note:
        return manifest
    return replace(manifest, table=table).noting(note, patient_rule=PATIENT_AND_EYE)
