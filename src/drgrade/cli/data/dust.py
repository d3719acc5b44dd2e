"""`drgrade data dust`."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from drgrade.cli.data.tables import Flag, Output
from drgrade.errors import DrgradeError, UsageError
from drgrade.inference.inputs import list_inputs
from drgrade.runtime.locks import claim_output

if TYPE_CHECKING:
    from drgrade.data.audit.dust import Block, Dust

SOME_FAILED = 3


def dust(
    photos: Annotated[list[Path], Parameter(negative=())],
    *,
    output: Output,
    root: Path | None = None,
    force: Annotated[bool, Flag] = False,
) -> int:
    """Find dust on the camera: dark spots at one place of photographs of many patients.

    A spot on the sensor looks like a small haemorrhage. Photographs of one size are looked at
    together, about 40 at a time in the order given, since dust comes and goes; at least 30 are
    needed. `drgrade explain --dust` then does not count marks on dust. A picture beside the file,
    NAME.png, shows where it lies. Exit code 3 says that some photographs cannot be read, or that
    too few could be judged.

    Example: drgrade data dust idrid.csv -o dust.json

    Parameters
    ----------
    photos
        Photographs, folders of them, or one manifest (.csv or .parquet), in the order they were
        taken; of a folder the order of the names.
    output
        Where to write what is found, .json.
    root
        Folder the manifest's photo paths are relative to.
    force
        Write over a file that is there.
    """
    from drgrade.data.audit.dust import LEAST, LEAST_PATIENTS, SHOWN, find_dust, write_dust
    from drgrade.data.audit.dust_picture import draw_dust
    from drgrade.runtime.files import write_bytes
    from drgrade.runtime.progress import counted, say, track

    picture = output.with_suffix(".png")
    refuse_places(output, picture, force=force)
    inputs = [each for each in list_inputs(photos, root) if not _is_file(each[1], picture)]
    rows = ((name, place, known.get("patient")) for name, place, known in inputs)
    found = find_dust(track(rows, len(inputs), "looking"))
    for name, why in found.unread:
        say(f"{name}: {why}")
    if found.too_few:
        say(f"not judged: {counted(len(found.too_few), 'photograph')}, fewer than {LEAST} of one "
            f"size or of fewer than {LEAST_PATIENTS} patients")  # fmt: skip
    write_dust(found, output)
    if found.blocks:
        write_bytes(picture, draw_dust(found.blocks))
    else:
        picture.unlink(missing_ok=True)  # of an earlier run: it would show what the file has not
    for line in lines(found):
        print(line)
    if len(found.blocks) > SHOWN:
        say(f"{picture} shows the first {SHOWN} of {len(found.blocks)} blocks")
    say(f"{output}, {picture}" if found.blocks else f"{output}: no block was judged")
    return SOME_FAILED if found.unread or not found.blocks else 0


def refuse_places(output: Path, picture: Path, *, force: bool) -> None:
    """Refuse places that cannot be written, and a picture there that this command did not make.

    Raises:
        UsageError: says which.
    """
    from drgrade.data.photos.decode import FINDS_DUST, is_made_by

    if output.suffix != ".json":
        raise UsageError(f"dust is written as .json, got '{output.name}'; rename it")
    for place in (output, picture):
        claim_output(place, force=force)
    if picture.exists() and not is_made_by(picture, FINDS_DUST):
        raise UsageError(f"{picture} is no picture of this command; give another name with -o")


def _is_file(place: Path | DrgradeError, picture: Path) -> bool:
    return isinstance(place, Path) and place.resolve() == picture.resolve()


def lines(found: "Dust") -> list[str]:
    """A line a block: its photographs, its spots and the darkest of them."""
    return [
        f"{block.photos[0]} to {block.photos[-1]}: {len(block.photos)} photographs of "
        f"{block.width} x {block.height} px, {_spots(block)}"
        for block in found.blocks
    ]


def _spots(block: "Block") -> str:
    if not block.spots:
        return "no dust"
    first, n = block.spots[0], len(block.spots)
    takes = f"takes {first.darker:.0%} of the light at ({first.x:.0f}, {first.y:.0f})"
    return f"1 spot; it {takes}" if n == 1 else f"{n} spots; the darkest {takes}"
