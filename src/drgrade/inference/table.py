"""A table of predictions from its first row to its name: written as it goes, gone on with, retried.

Answers go to a journal beside the table as they come. When all are there the table is made of them
and of what was known of the photographs, in pieces, so that memory does not grow with their number.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from drgrade import __version__
from drgrade.errors import PredictionsError, UsageError
from drgrade.inference.copies import Copies, Hashes, with_copies
from drgrade.inference.inputs import Inputs
from drgrade.inference.rows import Row, Tally, row_of
from drgrade.provenance.model import ModelProvenance
from drgrade.runtime.files import sha256_file
from drgrade.runtime.progress import say, track
from drgrade.runtime.signals import SAME, InterruptedRunError, StopFlag, stop_on_signal

if TYPE_CHECKING:
    import polars as pl

    from drgrade.data.tables.partial import Journal
    from drgrade.data.tables.predictions import Predictions
    from drgrade.modelfile.header import ModelHeader

SAME_MODEL = ("weights_sha256", "calibration", "operating_points", "preprocess", "decision",
              "release")  # fmt: skip
Given = tuple[str, Any, str]  # name, place, and the SHA-256 that the manifest has
Grade = Callable[[Iterable[Given]], Iterator[Row]]


@dataclass(frozen=True)
class TableTask:
    """A table to write.

    Args:
        output: its place, .csv or .parquet.
        inputs: the photographs, in the order of its rows.
        grade: gives an answer for each of them, in their order.
        about: what the answers follow from beside the photographs: `model` (hash of its file),
            `preprocess`, `options`; a journal of anything else is not gone on with.
        provenance: what travels with the table.
        mirror: whether rows have `mirrored`, and the table the share of grades it changes.
    """

    output: Path
    inputs: Inputs
    grade: Grade
    about: dict[str, Any]
    provenance: ModelProvenance = field(default_factory=ModelProvenance)
    mirror: bool = False


def about_model(file: Path, header: "ModelHeader", options: dict[str, Any]) -> dict[str, Any]:
    """`about` of a task: the hash of a model's file, how it prepares, and what was asked for."""
    return {"model": sha256_file(file), "preprocess": header.preprocess.hash, "options": options}


def provenance_of_answers(header: "ModelHeader") -> ModelProvenance:
    """What travels with a table of a model's answers, for whoever evaluates it."""
    known = header.provenance
    travelling = known.for_predictions()
    return travelling.but(
        train_source=travelling.train_source or known.source or "",
        train_preprocess=travelling.train_preprocess or known.preprocess,
        preprocess=asdict(header.preprocess),
    )


def refuse_output(output: Path, *, force: bool, retry: bool) -> None:
    """What can be known to fail before anything is loaded.

    Raises:
        UsageError: the place is taken, or with `retry` there is no table; PredictionsError: another
            ending.
    """
    from drgrade.data.tables.partial import drop_leftover
    from drgrade.data.tables.predictions_file import refuse_place
    from drgrade.runtime.locks import claim_output

    if retry and not output.is_file():
        raise UsageError(f"--retry grades again what failed in a table, and there is none at "
                         f"{output}; leave it out")  # fmt: skip
    claim_output(output, force=force or retry)
    drop_leftover(output)
    refuse_place(output, force=force)


def answered(inputs: Inputs, grade: Grade) -> Iterator[Row]:
    """The rows of photographs, one by one, nothing kept."""
    answers = track(grade(_given(inputs)), len(inputs), "grading")
    for (_, _, known), answer in zip(inputs, answers, strict=True):
        yield row_of(known, answer)


def write_table(
    task: TableTask,
    *,
    force: bool = False,
    retry: bool = False,
    shown: Callable[[Row], None] | None = None,
) -> Tally:
    """Grade photographs into a table; what an interrupted call graded is not graded again.

    Args:
        task: what is written where.
        force: write over a table, and begin anew where a journal is of something else.
        retry: grade again the rows of status `error` of the table that is there, and keep the rest.
        shown: is called with each new row.

    Raises:
        InterruptedRunError: a signal came; the same command goes on.
        RunError: the journal there is of another model, other photographs or options, or in use.
        PredictionsError: the table to retry is of another model or of other photographs.
    """
    from drgrade.data.tables.partial import journal_at, partial_of
    from drgrade.data.tables.predictions_file import read_predictions, write_pieces
    from drgrade.inference.pieces import in_order, in_pieces, mirrored_in, tally_of, whole

    old = read_predictions(task.output) if retry else None
    places = None if old is None else _failed(old, task)
    if old is not None and not places:
        say(f"{task.output} has no row of status error: nothing to retry")
        return tally_of([old.table])
    inputs = task.inputs if places is None else task.inputs.only(places)
    about = task.about | {"version": __version__, "inputs": inputs.digest}
    if old is not None:
        about["retry_of"] = sha256_file(task.output)
    path = partial_of(task.output)
    with journal_at(path, about, force=force) as journal, stop_on_signal() as stop:
        hashes = Hashes()
        for row in _rest(inputs, task.grade, journal, stop):
            hashes.note(row)
            if shown:
                shown(row)
        copies = Copies(hashes.repeated())
        table = in_pieces(partial(_rows, inputs, journal, copies.wanted))
        if old is not None and places is not None:
            joined, copies = with_copies(_with_rows(old.table, table, places))
            table = whole(in_order(joined))
        else:
            _go_through(copies, inputs, journal)
        known = task.provenance.updated(mirrored_in(table)) if task.mirror else task.provenance
        write_pieces(table, table.schema, known, task.output, force=True)
        tally = replace(tally_of(table), copies=copies)
        journal.remove()
    return tally


def _given(inputs: Inputs) -> Iterator[Given]:
    return ((name, path, known.get("sha256") or "") for name, path, known in inputs)


def _rest(inputs: Inputs, grade: Grade, journal: "Journal", stop: StopFlag) -> Iterator[Row]:
    """The rows that a journal has, and then those that it lacks, which are put into it."""
    done, total = journal.count, len(inputs)
    if done:
        say(f"going on with {journal.path}: {done:,} of {total:,} photographs are graded already")
    before = zip(islice(inputs, done), journal.rows(), strict=True)
    yield from (row_of(known, answer) for (_, _, known), answer in before)
    given = islice(_given(inputs), done, None)
    answers = track(grade(given), total - done, "grading")
    for (_, _, known), answer in zip(islice(inputs, done, None), answers, strict=True):
        journal.append(answer)
        yield row_of(known, answer)
        if stop and journal.count < total:
            raise InterruptedRunError(
                f"stopped after {journal.count:,} of {total:,} photographs; {journal.path} has "
                "their rows", stop.exit_code, SAME)  # fmt: skip


def _rows(inputs: Inputs, journal: "Journal", repeated: Collection[int] | None) -> Iterator[Row]:
    """All rows of the table, of answers that a journal has; `repeated` are hashes of copies."""
    both = zip(inputs, journal.rows(), strict=True)
    return Copies(repeated).marked(row_of(known, answer) for (_, _, known), answer in both)


def _go_through(copies: Copies, inputs: Inputs, journal: "Journal") -> None:
    """Have copies noted; nothing is read where no hash comes twice."""
    if copies.wanted:
        for _ in copies.marked(_rows(inputs, journal, ())):
            pass


def _failed(old: "Predictions", task: TableTask) -> list[int]:
    """The rows of a table that are graded again, of the same model and photographs alone."""
    other = [name for name in SAME_MODEL
             if getattr(old.provenance, name) != getattr(task.provenance, name)]  # fmt: skip
    if other:
        raise PredictionsError(
            f"--retry keeps the rows of a table, and {task.output} is of "
            f"another model ({', '.join(other)}); grade all with --force"
        )
    if old.table["photo"].to_list() != [name for name, _, _ in task.inputs]:
        raise PredictionsError(f"--retry keeps the rows of a table, and {task.output} is of other "
                               "photographs, or in another order; give those it was made of, or "
                               "grade all with --force")  # fmt: skip
    return [place for place, status in enumerate(old.table["status"]) if status == "error"]


def _with_rows(
    old: "pl.DataFrame", pieces: "Iterable[pl.DataFrame]", places: Sequence[int]
) -> "pl.DataFrame":
    """A table with the rows at some places taken from another one."""
    import polars as pl

    from drgrade.inference.pieces import in_order

    new, place = pl.concat(pieces), "place in the table"
    new = new.cast({name: old.schema[name] for name in new.columns if name in old.columns},
                   strict=False)  # fmt: skip
    new = new.with_columns(pl.Series(place, places, dtype=pl.UInt32))
    kept = old.with_row_index(place).filter(~pl.col(place).is_in(list(places)))
    return in_order(pl.concat([kept, new], how="diagonal_relaxed").sort(place).drop(place))
