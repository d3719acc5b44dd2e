"""`drgrade data masks`."""

from pathlib import Path
from typing import Annotated

from drgrade.cli.data.tables import Flag, Output, check_place, write_table
from drgrade.errors import UsageError
from drgrade.runtime.locks import claim_output


def masks(
    manifest: Path,
    folder: Path,
    *,
    output: Output,
    root: Path | None = None,
    force: Annotated[bool, Flag] = False,
) -> int:
    """Lay a set's lesion masks beside its photographs: a manifest with the column mask.

    A segmentation part has photographs and, for each, a file a kind of lesion whose name ends in
    _MA, _HE, _EX, _SE or _OD, as IDRiD's. The picture says to which photograph each
    belongs: numbers may differ. The files of a photograph become one PNG with a bit a kind, in
    a folder beside the new manifest. A row that has a mask keeps it where FOLDER has none for it.

    Example: drgrade data masks idrid.csv "A. Segmentation" -o idrid-masked.csv

    Parameters
    ----------
    manifest
        The graded photographs, .csv or .parquet.
    folder
        Photographs and masks, wherever below it.
    output
        Where to write the manifest with masks, .csv or .parquet; `NAME-masks/` lies beside it.
    root
        Folder the manifest's photo paths are relative to.
    force
        Write over a table that is there, and the masks beside it.
    """
    from drgrade.data.sources.lesion_files import find_masked, lay_masks
    from drgrade.data.tables.manifest import read_manifest
    from drgrade.runtime.progress import counted, say

    check_place(output)
    claim_output(output, force=force)
    if output.resolve() == manifest.resolve():
        raise UsageError(f"-o would replace '{manifest}'; give another name")
    rows = read_manifest(manifest, root=root)
    place = output.with_name(f"{output.stem}-masks")
    laid = lay_masks(rows, find_masked(folder), place, force=force)
    write_table(laid.manifest, output, force=force)
    rest = f"; in no row: {', '.join(laid.unlike)}" if laid.unlike else ""
    if laid.cut:
        rest += f"; of other borders than the row's photo, left out: {', '.join(laid.cut)}"
    if laid.kept:
        rest += f"; {counted(laid.kept, 'row')} with the mask of before"
    say(f"{counted(laid.masked, 'photograph')} of {len(rows)} with masks{rest}")
    print(output)
    return 0
