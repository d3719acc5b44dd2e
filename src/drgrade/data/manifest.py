"""The table of photos, patients, eyes and grades: read, check, write."""

import hashlib
import json
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl

from drgrade.data.columns import SCHEMA, typed
from drgrade.data.columns import SPLITS as SPLITS  # part of what a manifest promises
from drgrade.delimited import Problems, TextTable, read_delimited
from drgrade.errors import ManifestError
from drgrade.files import replacing, write_json
from drgrade.formulas import neutralise, restored
from drgrade.groups import groups_of

PATIENT_AND_EYE: Final = r"^(\d+)_(left|right)"
NAME_OF_PATH: Final = r"(?:^|/)(\d+)_(left|right)[^/]*$"
KIND: Final = "drgrade manifest"


@dataclass(frozen=True)
class Manifest:
    """Rows of `SCHEMA` (further columns kept), the folder photos lie in, and facts about the set.

    `table`: photo is never null; grade 0 to 4 or null; split one of `SPLITS` or null; `dme`, where
    present, is a small integer; all further columns are text.
    """

    table: pl.DataFrame
    root: Path
    facts: dict[str, Any] = field(default_factory=dict)

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

    def noting(self, *notes: str, **facts: Any) -> "Manifest":
        """The same rows with further notes (sentences for the reader) and facts."""
        told = [*self.facts.get("notes", []), *notes]
        return replace(self, facts={**self.facts, **facts, "notes": told})


def make_manifest(
    table: pl.DataFrame, root: Path, facts: Mapping[str, Any] | None = None
) -> Manifest:
    """Make a manifest of columns in memory; missing ones become empty, all are checked.

    Raises:
        ManifestError: every problem at once, with the number of its row.
    """
    problems = Problems(Path("this table"), unit="row")
    lines = pl.Series("line", np.arange(1, len(table) + 1, dtype=np.uint32))
    text = table.with_columns(pl.all().cast(pl.String))
    whole = from_text(TextTable(text, lines), Path(root), problems, facts=dict(facts or {}))
    return whole if "patient" in table.columns else name_patients(whole)


def read_manifest(path: Path, *, root: Path | None = None) -> Manifest:
    """Read a manifest, `.parquet` or CSV of any usual make; text stays text.

    Photos lie below `root` (a folder as given, else one beside the manifest), else below the root
    the manifest declares, else beside it. Absolute paths and paths with `..` are allowed below a
    declared root only, and become relative to it.
    Where the table has no patients, patient and eye are taken from names like `10_left.jpeg`,
    and `facts["notes"]` says so.

    Raises:
        ManifestError: every problem of the file at once, with line, value and cure.
    """
    path = Path(path)
    problems = Problems(path, unit="row" if path.suffix.lower() == ".parquet" else "line")
    if path.suffix.lower() == ".parquet":
        text, facts = _read_parquet(path, problems)
    else:
        text, facts = _read_csv(path, problems), read_facts(path)
    told = facts.pop("root", None)
    if root is not None and not (root.is_dir() or (path.parent / root).is_dir()):
        raise ManifestError(f"the photos' root must be a folder, got '{root}', which is none here "
                            f"or beside {path.name}")  # fmt: skip
    declared = told if root is None else root.absolute() if root.is_dir() else root
    base = path.parent if declared is None else path.parent / declared
    whole = from_text(
        text, base, problems, beside=path.parent, facts=facts, is_declared=declared is not None
    )
    return whole if "patient" in text.table.columns else name_patients(whole)


def write_manifest(manifest: Manifest, path: Path) -> None:
    """Write `.csv` (facts in a `.json` beside it) or `.parquet` (facts in its metadata).

    Text that a spreadsheet would run as a formula gets an apostrophe in front in the CSV, which
    `read_manifest` takes away again.

    Raises:
        ManifestError: another ending, or the place of the facts is taken by another's file.
    """
    path = Path(path)
    facts = {"kind": KIND, **manifest.facts, **_declared_root(manifest.root, path.parent)}
    if path.suffix == ".parquet":
        with replacing(path) as temporary:
            kept = {"drgrade": json.dumps(facts, allow_nan=False)}
            manifest.table.write_parquet(temporary, metadata=kept)
    elif path.suffix == ".csv":
        refuse_foreign(path.with_suffix(".json"))
        with replacing(path) as temporary:
            neutralise(manifest.table).write_csv(temporary)
        write_json(path.with_suffix(".json"), facts)
    else:
        raise ManifestError(f"a manifest is .csv or .parquet, got '{path.name}'; rename it")


def refuse_foreign(beside: Path) -> None:
    """Refuse a place for the facts of a CSV manifest where another's file lies.

    Raises:
        ManifestError: names the file.
    """
    if not beside.exists():
        return
    try:
        is_ours = json.loads(beside.read_text(encoding="utf-8")).get("kind") == KIND
    except (ValueError, AttributeError):
        is_ours = False
    if not is_ours:
        raise ManifestError(
            f"the facts of a CSV manifest go to {beside.name}, which is another's file; "
            "choose another name for the manifest, or .parquet"
        )


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


def read_facts(path: Path) -> dict[str, Any]:
    """The facts beside a CSV manifest; nothing where there are none or they are not ours.

    Raises:
        ManifestError: the file beside the manifest is damaged.
    """
    beside = path.with_suffix(".json")
    if not beside.is_file() or beside == path:
        return {}
    try:
        facts = json.loads(beside.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ManifestError(f"{beside} is no JSON ({error}); repair or remove it") from None
    return _ours(facts)


def _ours(facts: Any) -> dict[str, Any]:
    if not isinstance(facts, dict) or facts.get("kind") != KIND:
        return {}
    return {name: value for name, value in facts.items() if name != "kind"}


def _read_parquet(path: Path, problems: Problems) -> tuple[TextTable, dict[str, Any]]:
    try:
        table = pl.read_parquet(path)
        facts = json.loads(pl.read_parquet_metadata(path).get("drgrade", "{}"))
        table = table.with_columns(pl.all().cast(pl.String))
    except (OSError, ValueError, pl.exceptions.PolarsError) as error:
        problems.stop(0, f"is no Parquet table that can be read: {str(error).splitlines()[0]}")
    if table.is_empty():
        problems.stop(0, "the table has no rows")
    lines = pl.Series("line", np.arange(1, len(table) + 1, dtype=np.uint32))
    return TextTable(table, lines), _ours(facts)


def from_text(
    text: TextTable,
    root: Path,
    problems: Problems,
    *,
    beside: Path | None = None,
    facts: dict[str, Any] | None = None,
    is_declared: bool = False,
) -> Manifest:
    """Check columns of text and give them their types; `beside` is the folder of the table.

    Raises:
        ManifestError: all that is wrong, together with what `problems` already holds.
    """
    beside = root if beside is None else beside
    table = typed(text, root, beside, problems, is_declared=is_declared)
    problems.refuse()
    return Manifest(table, root, facts or {})


def name_eyes(manifest: Manifest) -> Manifest:
    """Fill empty eyes from names like `10_left.jpeg`, and note it; patients stay as they are."""
    name = pl.col("photo").str.extract(NAME_OF_PATH, 2)
    table = manifest.table.with_columns(pl.coalesce("eye", name).alias("eye"))
    named = manifest.table["eye"].null_count() - table["eye"].null_count()
    if not named:
        return manifest
    told = f"eye of {named:,} of {len(table):,} photos taken from their names"
    return replace(manifest, table=table).noting(told)


def name_patients(manifest: Manifest) -> Manifest:
    """Fill empty patients and eyes from names like `10_left.jpeg`, and note the rule.

    Rows that have a patient keep it; where no name follows the rule, the manifest is unchanged.
    """
    photo = pl.col("photo").str
    table = manifest.table.with_columns(
        pl.coalesce("patient", photo.extract(NAME_OF_PATH, 1)).alias("patient"),
        pl.coalesce("eye", photo.extract(NAME_OF_PATH, 2)).alias("eye"),
    )
    named = manifest.table["patient"].null_count() - table["patient"].null_count()
    if not named:
        return manifest
    told = (
        f"patient and eye of {named:,} of {len(table):,} photos taken from their names "
        f"by the rule {PATIENT_AND_EYE}"
    )
    return replace(manifest, table=table).noting(told, patient_rule=PATIENT_AND_EYE)
