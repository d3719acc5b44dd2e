"""A model card in the form of the Hugging Face hub: what a model is, and what it is not."""

import re
from collections.abc import Sequence
from pathlib import Path

from drgrade.data.photos.quality_check import QualityCheck
from drgrade.modelfile.container import read_about
from drgrade.modelfile.places import shipped_models
from drgrade.models.checkpoint import load_grader
from drgrade.models.grader import Grader
from drgrade.models.weights.half_precision import HALF
from drgrade.provenance.making import Making
from drgrade.provenance.model import ModelProvenance
from drgrade.provenance.parts import ReachedShare
from drgrade.provenance.record import Json
from drgrade.publishing.card_results import (
    UNNAMED,
    Result,
    cell,
    index,
    read_result,
    result_lines,
    said,
    sentence_of,
    warning_lines,
)
from drgrade.publishing.describe import count_parameters
from drgrade.publishing.front_matter import Plain, front_matter
from drgrade.publishing.origins import NOT_TOLD
from drgrade.publishing.ship import making
from drgrade.recipe.recipe import UNCHOSEN
from drgrade.recipe.run_folder import versions
from drgrade.runtime.files import sha256_file
from drgrade.runtime.progress import counted, duration

TAGS = ["diabetic-retinopathy", "fundus", "ophthalmology", "medical-imaging", "pytorch"]
METRICS = ["quadratic_weighted_kappa", "roc_auc", "accuracy", "recall", "specificity"]
OBJECTIVE = {
    "cross_entropy": "five classes",
    "regression": "one figure and four cuts",
    "corn": "four conditional steps",
}
NOT_A_DEVICE = "**Research software, not a medical device.**"
NO_RESULTS = (
    "No scorecard was given to this card: nothing is said here of how well it grades. "
    "`drgrade evaluate` makes one, `drgrade models card --scorecard` shows it."
)
LIMITS = (
    "It was not tested in a clinic, has no approval anywhere, and must not decide about a patient.",
    "It grades colour photographs of the retina on the ICDR scale, 0 to 4. It does not look for "
    "glaucoma, macular degeneration or anything else, and grade 0 does not mean a healthy eye.",
    "Cameras, countries and ages that it did not learn from may be graded worse; calibrate and "
    "judge it on photographs of your own before you believe a figure.",
    "A picture that shows no retina in colour is refused by rules of colour and contrast, most of "
    "the time.",
)
UNCHECKED = "Whether a photograph is good enough to grade is not asked."


def card(place: Path, name: str, scorecards: Sequence[Path] = ()) -> str:
    """The card of the model in a file, as Markdown with a YAML head.

    Args:
        place: the model file.
        name: how the card calls it.
        scorecards: folders that `drgrade evaluate` wrote about this model.

    Raises:
        UsageError: a scorecard that is none, or of another model.
        CheckpointError: a file that is no grader.
    """
    grader = load_grader(place)
    made_of = making(place, grader)
    results = [read_result(each, grader.provenance.but(making=made_of)) for each in scorecards]
    sections = {
        "What it is": _what(place, grader),
        "Intended use and limits": _limits(grader),
        "How to use it": _use(name if name in shipped_models() else place.name),
        "Data": _data(made_of),
        "Training": _training(made_of, grader),
        "Preprocessing": _preprocessing(grader),
        "Calibration and operating points": _calibration(grader),
        **({"Lesion marks": lines} if (lines := _marks(grader)) else {}),
        "Results": _results(results),
        "Warnings": warning_lines(results),
        "Environment": _environment(made_of),
        "Hashes": _hashes(place, grader, made_of),
    }
    lines = [f"# {cell(name)}: a grader of diabetic retinopathy", "", NOT_A_DEVICE, ""]
    for title, found in sections.items():
        lines += [f"## {title}", "", *found, ""]
    return front_matter(_head(name, made_of, results)) + "\n" + "\n".join(lines)


def _head(name: str, made_of: Making, results: Sequence[Result]) -> dict[str, Plain]:
    taught = made_of.learned_from
    is_free = all(each.terms == "free" for each in taught)
    other: dict[str, Plain] = {"license": "other", "license_name": "see-data"}
    photographs: list[Plain] = [
        each.name for each in taught
        if each.role == "photographs" and each.name not in (*UNNAMED, NOT_TOLD)
    ]  # fmt: skip
    return {
        **({"license": "apache-2.0"} if is_free else other),
        "library_name": "drgrade",
        "pipeline_tag": "image-classification",
        "tags": list(TAGS),
        **({"datasets": photographs} if photographs else {}),
        "metrics": list(METRICS),
        **({"model-index": index(name, results)} if results else {}),
    }


def _what(place: Path, grader: Grader) -> list[str]:
    release = f"Release `{grader.provenance.release}`. " if grader.provenance.release else ""
    model, tells_dme = grader.model, grader.model.dme and grader.provenance.has_learned_dme
    also = [text for has, text in ((model.lesions, "lesion maps and counts"),
                                   (tells_dme, "signs of macular edema")) if has]  # fmt: skip
    gives = ", ".join(["a probability of each grade 0 to 4", *also])
    lines = [
        f"{release}A photograph of the retina in, {gives} out. Network `{model.network}`, "
        f"{count_parameters(grader.network):,} parameters, {grader.preprocess.size} x "
        f"{grader.preprocess.size} pixels, objective `{grader.objective_name}` "
        f"({OBJECTIVE[grader.objective_name]}). The file has {place.stat().st_size:,} bytes and "
        "needs nothing else: preprocessing, calibration and provenance are inside."
    ]
    if grader.provenance.precision == HALF and (rounding := grader.provenance.rounding):
        lines += ["", f"Large weights are stored in half precision. On {rounding.drawn_eyes} "
                  f"drawn photographs that moves a probability by at most "
                  f"{rounding.moved:.1e}; it computes in float32."]  # fmt: skip
    return lines


def _limits(grader: Grader) -> list[str]:
    known = grader.provenance
    lines = ["For research, teaching and comparison of methods.", "", *(f"- {x}" for x in LIMITS)]
    if grader.knows_drawn_eyes_alone:
        lines.append("- **It learned from drawn eyes alone (W25): what it says of a patient's "
                     "photograph means nothing.** It is a start for trainings.")  # fmt: skip
    lines.append(f"- {_quality_line(grader.quality)}")
    if grader.decision is not None:
        lines.append("- Referable is meant of the grade alone, and a grade of 2 or worse is given "
                     "exactly there. Macular edema asks for a referral too, which the point leaves "
                     "out.")  # fmt: skip
    elif grader.referable_from is not None:
        lines.append("- Referable is meant of the grade alone. A grade of 2 or worse can lie below "
                     "the point HS: then the two disagree, and a person has to decide. Macular "
                     "edema asks for a referral too, which the point leaves out.")  # fmt: skip
    if grader.model.dme and known.has_learned_dme:
        lines.append("- The probability of signs of macular edema is not calibrated.")
    lines.append(f"- A photograph whose short side is under {grader.preprocess.size} px is not "
                 "graded.")  # fmt: skip
    train = (known.prevalence or {}).get("train")
    if train is not None:
        lines.append(f"- {train:.0%} of its training photographs were of grade 2 or worse; where "
                     "disease is rarer, more of its alarms are false.")  # fmt: skip
    if (turned := known.mirror_changes) is not None:
        lines.append(f"- Mirroring a photograph changed {turned:.1%} of its grades "
                     f"(split {known.mirror_changes_on}).")  # fmt: skip
    return lines


def _quality_line(check: QualityCheck | None) -> str:
    if check is None:
        return UNCHECKED
    least = ", ".join(f"{name} {value:.2f}" for name, value in check.least.items())
    return (
        f"A photograph below one of these qualities, each 0 to 1, is ungradable: {least}. They "
        "were learned from simulated faults: haze, reflexes and shadows of real eyes can pass."
    )


def _use(name: str) -> list[str]:
    return [
        "```bash", "pip install 'drgrade[grade]'", f"drgrade predict {name} photo.jpg",
        f"drgrade explain {name} photo.jpg -o explained", "```", "",
        "```python", "from pathlib import Path",
        "from drgrade.inference.engine import open_engine",
        "from drgrade.inference.stream import grade_photos", "",
        f'rows = grade_photos(open_engine("{name}"), [("photo", Path("photo.jpg"))])',
        'print([(row["status"], row.get("predicted"), row.get("p0")) for row in rows])', "```",
    ]  # fmt: skip


def _data(made_of: Making) -> list[str]:
    lines = ["| learned from | as | licence | where |", "|---|---|---|---|"]
    lines += [
        f"| {cell(each.name)} | {each.role} | {cell(each.licence)} | {cell(each.address)} |"
        for each in made_of.learned_from
    ]
    if made_of.statement:
        stated = "Terms as stated by who made this file:"
        lines += ["", f"{stated} {cell(made_of.statement)}"]
    return lines


def _training(made_of: Making, grader: Grader) -> list[str]:
    kept = made_of.training
    lines = [f"Starts from `{made_of.start}`. {_epoch(grader.provenance)}"]
    if kept.get("seconds"):
        machine = kept.get("machine") or {}
        lines += [f"{counted(kept['epochs'], 'epoch')} took {duration(kept['seconds'])} on "
                  f"{counted(machine.get('cores') or 0, 'core')}."]  # fmt: skip
    if not made_of.recipe:
        return [*lines, "", f"The recipe is not inside; its hash is `{made_of.recipe_hash}`."]
    whole = made_of.stages or made_of.recipe
    last = whole.rpartition("[[stages]]")[2]
    is_drawn = re.search(r"^drawn = [1-9]", last, re.M)
    where = "" if is_drawn else ", with the place of your manifest at `manifest`,"
    return [*lines, "", f"To train it anew, save this as recipe.toml{where} and run "
            "`drgrade train recipe.toml -o run`:", "",
            "```toml", *whole.strip().splitlines(), "```"]  # fmt: skip


def _epoch(known: ModelProvenance) -> str:
    number = "not told" if known.epoch is None else known.epoch
    split = known.epoch_chosen_on or "not told"
    if split == UNCHOSEN:
        return f"The last epoch, {number}, was kept; none was chosen."
    return f"Epoch {number} was chosen on split `{split}`."


def _preprocessing(grader: Grader) -> list[str]:
    settings = grader.preprocess
    crop = {"field": "cut to the field of view", "none": "not cut"}[settings.crop]
    light = {"flat": "made flat: each pixel against its surroundings", "camera": "as it came"}
    views = {1: "", 2: " It answers by the mean of the photograph and its mirror image.",
             4: " It answers by the mean of the photograph, its mirror image, and both upside "
                "down."}[grader.model.views]  # fmt: skip
    mean, std = (", ".join(f"{x:.4g}" for x in each) for each in (grader.mean, grader.std))
    return [
        f"The photograph is {crop}, padded to a square, and reduced to {settings.size} x "
        f"{settings.size} pixels (version {settings.version}). Light: {light[grader.model.light]}. "
        f"Pixels 0 to 255 are normalised with mean {mean} and deviation {std}.{views}"
    ]


CROSSED = (
    "HS lies above HP: on these rows any threshold between the two meets both rules. HP finds at "
    "least as many there; `referable` is told by HS."
)


def _calibration(grader: Grader) -> list[str]:
    fitted = grader.provenance.calibration
    if fitted is None or fitted.method is None:
        return ["Not calibrated: its probabilities are what the network says, and it has no "
                "operating points. `drgrade calibrate` fits both."]  # fmt: skip
    temperature = f" {fitted.temperature:.3f}" if fitted.temperature else ""
    lines = [
        f"Correction: {fitted.method}{temperature}. Fitted on {fitted.rows or 0:,} rows of split "
        f"`{fitted.split}`, predicted by {fitted.predicted_by} ({fitted.date}). The operating "
        "points were chosen on the same rows, so sensitivity and specificity here are what they "
        "were chosen for, not what to expect elsewhere.", "",
        "| point | referable from | sensitivity | specificity | rule |", "|---|---|---|---|---|",
    ]  # fmt: skip
    lines[1:1] = _cross_fitted(fitted.cross_fitted or {})
    points = grader.provenance.operating_points or ()
    for point in points:
        shares = [_reached(each) for each in (point.sensitivity, point.specificity)]
        at = "none" if point.threshold is None else f"{point.threshold:.4f}"
        rule = sentence_of(point.rule or point.reason)
        lines.append(f"| {point.name} | {at} | {' | '.join(shares)} | {cell(rule)} |")
    by_name = {point.name: point.threshold for point in points}
    high, low = by_name.get("HS"), by_name.get("HP")
    if high is not None and low is not None and high >= low:
        lines += ["", CROSSED]
    return lines


def _reached(share: ReachedShare | None) -> str:
    return said({"value": None} if share is None else share.as_json())


def _cross_fitted(kept: Json) -> list[str]:
    """What the correction does to rows that it was not fitted on."""
    if "after" not in kept:
        return []
    rows = [
        f"| {words} | {said(kept[key]['slope'])} | {said(kept[key]['brier'])} | "
        f"{said(kept[key]['ece'])} | {kept[key]['ece_by_chance']:.3f} |"
        for key, words in (("before", "as the network says"), ("after", "corrected"))
    ]
    return ["", f"The probability of a referable grade on these rows, corrected by what the other "
            f"{kept['parts'] - 1} of {kept['parts']} parts fitted. A slope of 1 is perfect; above "
            "1 it is less sure than it may be. ECE in equally full bins.", "",
            "| probabilities | calibration slope | Brier score | ECE | ECE of perfect ones stays "
            "below |", "|---|---|---|---|---|", *rows]  # fmt: skip


def kept_card(place: Path) -> str | None:
    """The card that lies beside a model file, `NAME.md`, if it names the file's very hash."""
    beside = place.with_suffix(".md")
    if not beside.is_file():
        return None
    text = beside.read_text(encoding="utf-8")
    return text if f"`{sha256_file(place)}`" in text else None


def _results(results: Sequence[Result]) -> list[str]:
    if not results:
        return [NO_RESULTS]
    return [line for each in results for line in result_lines(each)][:-1]


def _marks(grader: Grader) -> list[str]:
    """How far the marks of each kind can be believed, where that was counted."""
    if not (kept := grader.provenance.lesion_marks):
        return []
    healthy, grades = kept.get("healthy"), kept.get("grades")
    among = f" of reference grades {grades[0]} to {grades[1]}" if grades else ""
    rest = []
    if healthy:
        each = (f"{cell(kind)} {said(found['with_marks'])}"
                for kind, found in healthy["kinds"].items())  # fmt: skip
        rest = ["", f"Of {healthy['photographs']} photographs of reference grade 0, on which every "
                f"mark is wrong, with a mark: {said(healthy['with_marks'])}; by kind "
                f"{', '.join(each)}."]  # fmt: skip
    if off := kept.get("off_dust"):
        right = (f"{cell(kind)} {said(each['right'])}" for kind, each in off["kinds"].items())
        rest += ["", "Without the marks on dust of the camera (`drgrade data dust`): of the "
                 "photographs of reference grade 0 with a mark: "
                 f"{said(off['healthy']['with_marks'])}; marks on a lesion of the kind: "
                 f"{', '.join(right)}."]  # fmt: skip
    return [
        f"Counted on {kept['photographs']} photographs with reference masks{among}, by models that "
        f"never saw them (split {kept['split']}). A pixel of the map beside a lesion is near "
        "enough.", "",
        "| kind | marks | on a lesion of the kind | on any lesion | lesions | of them marked |",
        "|---|---|---|---|---|---|",
        *(f"| {cell(kind)} | {each['marks']} | {said(each['right'])} | {said(each['on_any'])} | "
          f"{each['lesions']} | {said(each['marked'])} |" for kind, each in kept["kinds"].items()),
        *rest,
    ]  # fmt: skip


def _environment(made_of: Making) -> list[str]:
    trained = (made_of.training.get("versions") or {}).items()
    here = ", ".join(f"{name} {version}" for name, version in versions().items())
    there = ", ".join(f"{name} {version}" for name, version in trained)
    return [f"Trained with {there or 'versions that are not told'}.", "",
            f"Card made with {here}."]  # fmt: skip


def _hashes(place: Path, grader: Grader, made_of: Making) -> list[str]:
    found = {
        "file": sha256_file(place),
        "content, checked when it is loaded": read_about(place)["sha256"],
        "weights": grader.weights_sha256,
        "weights as trained": made_of.trained_weights_sha256,
        "recipe": made_of.recipe_hash,
        "training manifest": made_of.manifest_hash,
        "preprocessing": grader.preprocess.hash,
    }
    lines = ["| SHA-256 of | |", "|---|---|"]
    return lines + [f"| {name} | `{value or 'not told'}` |" for name, value in found.items()]
