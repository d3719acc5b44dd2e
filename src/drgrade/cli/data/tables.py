"""`drgrade data import`, `sources`, `check` and `split`."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from drgrade.errors import UsageError, plain

if TYPE_CHECKING:
    from drgrade.data.tables.manifest import Manifest
    from drgrade.provenance.photo_set import SetProvenance

Output = Annotated[Path, Parameter(name=["-o", "--output"])]
Json = Annotated[bool, Parameter(name="--json", negative=())]
Flag = Parameter(negative=())
OldFlag = Annotated[bool, Parameter(show=False, negative=())]  # an earlier name, which still works


def import_(
    source: str,
    path: Path,
    *,
    output: Output,
    photos: Path | None = None,
    allow_missing: Annotated[bool, Flag] = False,
    photo_column: str = "",
    label_column: str = "",
    patient_column: str = "",
    eye_column: str = "",
    group_column: str = "",
    split_column: str = "",
    drop_where: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    grade_map: Path | None = None,
    force: Annotated[bool, Flag] = False,
    json_: Json = False,
) -> int:
    """Make one manifest of a set's own files; `drgrade data sources` lists the sets.

    Counts are held against what the publisher states; licence and address are printed.

    Example: drgrade data import csv labels.csv --photos images -o manifest.csv

    Parameters
    ----------
    source
        Name of the set: lab3, eyepacs, aptos, idrid, messidor2, ddr, deepdrid, retinamnist,
        folder or csv.
    path
        The set's own file, or the folder that holds its files.
    output
        Where to write the manifest, .csv or .parquet.
    photos
        Folder to look for every photo in, as given or beside PATH; without it nothing is
        looked for.
    allow_missing
        Leave out photos that are not in the folder, and count them.
    photo_column
        Source csv: the column that names the photo.
    label_column
        Source csv: the column of the grade, 0 to 4 or empty.
    patient_column
        Source csv: the column of the patient; without one it is taken from names like 10_left.
    eye_column
        Source csv: the column of the eye.
    group_column
        Source csv: the column of rows that are never divided.
    split_column
        Source csv: the column of the set's own parts.
    drop_where
        Source csv: COLUMN=VALUE, rows to leave out; may be given again.
    grade_map
        Source csv: a CSV with the columns label and grade, for labels on another scale (NHS R0 to
        R3, ETDRS, ...); nothing is mapped without one.
    force
        Write over another table that is there; the same one is written again without.
    json_
        Print JSON.
    """
    from drgrade.data.audit.check import count_grades
    from drgrade.data.sources.any_table import Columns
    from drgrade.data.sources.registry import import_source
    from drgrade.runtime.progress import say

    columns = Columns(
        photo_column,
        label_column,
        patient_column,
        eye_column,
        group_column,
        split_column,
        tuple(drop_where),
        grade_map,
    )
    check_place(output)
    if output.resolve() == path.resolve():
        raise UsageError(f"-o would replace '{path}', the set's own file; give another name")
    manifest = import_source(
        source, path, photos=photos, allow_missing=allow_missing, columns=columns
    )
    write_table(manifest, output, force=force)
    for note in manifest.provenance.notes:
        say(note)
    say(f"licence: {manifest.provenance.licence}; from: {manifest.provenance.address}")
    _print_result(manifest.provenance, count_grades(manifest), output, as_json=json_)
    return 0


def sources(*, json_: Json = False) -> int:
    """List the public sets that can be imported: what they hold, licence and address.

    Example: drgrade data sources

    Parameters
    ----------
    json_
        Print JSON.
    """
    from drgrade.data.sources.registry import SOURCES

    if json_:
        fields = ("holds", "licence", "address")
        listed = {name: {f: getattr(s, f) for f in fields} for name, s in SOURCES.items()}
        print(json.dumps(listed, indent=2, ensure_ascii=False))
        return 0
    for name, source in SOURCES.items():
        print(f"{name:<12} {source.holds}")
        print(f"{'':<12} {source.licence}; {source.address}")
    return 0


def check(
    manifest: Path,
    *,
    root: Path | None = None,
    fast: Annotated[bool, Flag] = False,
    skip_retina_check: Annotated[bool, Flag] = False,
    workers: int = 2,
    json_: Json = False,
) -> int:
    """Count photos by split and grade; find missing and broken ones, leaks, copies, conflicts.

    Pictures that `drgrade predict` refuses for what they show are found too.

    Exit code 3 says that something is wrong. A leak that the set declares (lab3) is a warning.

    Example: drgrade data check manifest.csv

    Parameters
    ----------
    manifest
        The table of photos, .csv or .parquet.
    root
        Folder the photos lie in, where it is not beside the manifest.
    fast
        Do not open the photos: broken ones and copies are not found.
    skip_retina_check
        Do not ask whether a picture shows a retina in colour; for photographs that were recoloured.
    workers
        Threads that read photos.
    json_
        Print JSON.
    """
    from drgrade.data.audit.check import examine
    from drgrade.data.tables.manifest import read_manifest
    from drgrade.runtime.progress import counted, say

    if workers < 1:
        raise UsageError(f"--workers must be 1 or more, got {workers}")
    table = read_manifest(manifest, root=root)
    findings = examine(table, read_pixels=not fast, workers=workers,
                       retina_check=not skip_retina_check)  # fmt: skip
    wrong = findings.wrong()
    if json_:
        print(json.dumps(findings.as_json(), indent=2, ensure_ascii=False))
        return 3 if wrong else 0
    for note in table.provenance.notes:
        say(note)
    known = f", {counted(findings.patients, 'patient')}" if findings.patients else ""
    print(_in_a_line(f"{manifest}: {counted(findings.photos, 'photo')}{known}"))
    _print_counts(findings.counts)
    for text in findings.warnings():
        print(_in_a_line(f"warning: {text}"))
    for text in wrong:
        print(_in_a_line(f"wrong: {text}"))
    if not wrong:
        print("nothing wrong" + (" (photos were not opened)" if fast else ""))
    return 3 if wrong else 0


def split(
    manifest: Path,
    *,
    output: Output,
    seed: int = 0,
    reassign: Annotated[bool, Flag] = False,
    anew: OldFlag = False,
    shares: str | None = None,
    root: Path | None = None,
    force: Annotated[bool, Flag] = False,
    json_: Json = False,
) -> int:
    """Divide patients into train, tune, calibrate and test, stratified by the worse eye.

    Parts that a set brings along are kept: where tune or calibrate is missing, a tenth of train
    each is held out, by patient or group, and test is never touched.

    Example: drgrade data split manifest.csv -o split.csv --seed 1

    Parameters
    ----------
    manifest
        The table of photos, .csv or .parquet.
    output
        Where to write the divided manifest, .csv or .parquet.
    seed
        The same seed gives the same split.
    reassign
        Forget the parts that are there and divide all rows.
    shares
        Per cent of the rows for train, tune, calibrate and test, where all rows are divided;
        70,10,10,10 unless given.
    root
        Folder the photos lie in, where it is not beside the manifest.
    force
        Write over another table that is there; the same one is written again without.
    json_
        Print JSON.
    """
    from drgrade.data.audit.check import count_grades
    from drgrade.data.tables import splits
    from drgrade.data.tables.manifest import read_manifest
    from drgrade.runtime.progress import say

    check_place(output)
    if seed < 0:
        raise UsageError(f"--seed must be 0 or more, got {seed}")
    wanted = splits.SHARES if shares is None else _shares(shares)
    table = read_manifest(manifest, root=root)
    if is_again := reassign or anew or table.table["split"].null_count() == len(table):
        table = splits.undivided(table)
    elif shares is not None:
        raise UsageError(f"--shares divides all rows, and {manifest} has parts; add --reassign to "
                         "forget these, or leave --shares out")  # fmt: skip
    told_before = len(table.provenance.notes)
    if is_again:
        divided = splits.split(table, seed=seed, shares=wanted)
    else:
        divided = splits.complete(table, seed)
    write_table(divided, output, force=force or output.resolve() == manifest.resolve())
    notes = divided.provenance.notes[told_before:]
    for note in notes or [
        "the manifest has tune and calibrate: nothing to hold out (see --reassign)"
    ]:
        say(note)
    _print_result(divided.provenance, count_grades(divided), output, as_json=json_)
    return 0


def _shares(text: str) -> dict[str, float]:
    from drgrade.data.tables.splits import SPLITS

    try:
        parts = [float(part) / 100 for part in text.split(",")]
    except ValueError:
        parts = []
    if len(parts) != len(SPLITS) or min(parts) < 0 or abs(sum(parts) - 1) > 1e-6:
        raise UsageError(
            f"--shares must be four percentages for {', '.join(SPLITS)}, 0 or more each and 100 in "
            f"all, such as 70,10,10,10; got '{text}'"
        )
    return dict(zip(SPLITS, parts, strict=True))


def check_place(output: Path) -> None:
    """Refuse a place that no manifest can be written to.

    Raises:
        UsageError: another ending, or nothing can be written there.
    """
    from drgrade.runtime.locks import claim_output

    if output.suffix not in (".csv", ".parquet"):
        raise UsageError(f"-o must end in .csv or .parquet, got '{output}'")
    claim_output(output, force=True)  # what is there is compared when the new table is known


def write_table(manifest: "Manifest", output: Path, *, force: bool) -> None:
    """Write a manifest; one that is there makes room where it is the same, or with `force`."""
    from drgrade.data.tables.manifest import read_manifest, write_manifest
    from drgrade.errors import ManifestError

    if output.exists() and not force:
        try:
            is_same = read_manifest(output).table.equals(manifest.table)
        except ManifestError:
            is_same = False
        if not is_same:
            raise UsageError(f"{output} is there already, another table; "
                             "give another name or --force")  # fmt: skip
    write_manifest(manifest, output)


def _print_result(
    known: "SetProvenance", counts: dict[str, tuple[int, ...]], output: Path, *, as_json: bool
) -> None:
    if as_json:
        from drgrade.data.audit.findings import counts_as_json

        answer = {
            "manifest": str(output),
            "counts": counts_as_json(counts),
            "facts": known.as_json(),
        }
        print(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    _print_counts(counts)
    print(f"wrote {output}")


def _print_counts(counts: dict[str, tuple[int, ...]]) -> None:
    """Photos by split and grade, with the sums, as aligned columns."""
    rows = [(name, *numbers, sum(numbers)) for name, numbers in counts.items()]
    if len(rows) > 1:
        sums = [sum(column) for column in zip(*[row[1:] for row in rows], strict=True)]
        rows.append(("all", *sums))
    titles = ("split", *(f"grade {grade}" for grade in range(5)), "ungraded", "all")
    print(_line(titles))
    for row in rows:
        print(_line([str(row[0]), *(f"{number:,}" for number in row[1:])]))


def _in_a_line(text: str) -> str:
    """A sentence with names of a table in it, whatever letters these have."""
    return plain(text).replace("\n", "\\n")


def _line(cells: Sequence[str]) -> str:
    first, *rest = cells
    return f"{first:<10}" + "".join(f"{cell:>10}" for cell in rest)
