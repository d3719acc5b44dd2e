"""The training loop: optimise, judge on `tune`, keep the best, resume exactly."""

import math
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from torch import nn

from drgrade.errors import Reason
from drgrade.locale.catalogue import text
from drgrade.locale.refusal import refusal
from drgrade.models.checkpoint import save_grader
from drgrade.models.grader import Grader
from drgrade.models.objectives import class_weights
from drgrade.recipe.recipe import UNCHOSEN, Recipe
from drgrade.recipe.run_folder import RunFolder
from drgrade.runtime.files import replacing
from drgrade.runtime.progress import duration, say, steps, track
from drgrade.runtime.signals import CODES, InterruptedRunError, StopFlag
from drgrade.stats.metrics import COLLAPSE_SHARE, accuracy, confusion, kappa
from drgrade.training.batches import Part, batches, epoch_order, still_batches
from drgrade.training.diverged import (
    LEFT_OUT,
    MOST_LEFT_OUT,
    DivergedError,
    buffers_of,
    gradient_norm,
    photos_of,
    put_back,
    refuse_no_numbers,
)
from drgrade.training.losses.loss import Share, batch_loss, laid, shares
from drgrade.training.optimisers import learning_rate, update_average
from drgrade.training.processes import ALONE, Processes
from drgrade.training.state import State, save_state

SUMS = ("loss", "lesions", "photos", "right")
FOLLOWED = ("epoch", "step", "sums", "history", "best", "highest_test", "seconds")


@dataclass(frozen=True)
class Parts:
    """Prepared squares and grades of each split; `test` is looked at for the report only."""

    train: Part
    tune: Part
    calibrate: Part
    test: Part


@dataclass(frozen=True)
class TrainingContext:
    """What the loop works with and never changes."""

    recipe: Recipe
    grader: Grader
    parts: Parts
    run: RunFolder
    device: torch.device
    stop: StopFlag
    log: Callable[[dict[str, Any]], None]
    processes: Processes = ALONE


def train(context: TrainingContext, state: State) -> None:
    """Train from wherever `state` stands to the last epoch or an early stop.

    Raises:
        InterruptedRunError: a signal came; the state is saved.
        DivergedError: too many steps, the answers or the weights became NaN or infinite.
    """
    settings = context.recipe.train
    while state.epoch < settings.epochs and not _should_stop_early(state, settings.early_stop):
        _one_epoch(context, state)
        if context.processes.is_first:
            _finish_epoch(context, state)
        _follow(context, state)


def _follow(context: TrainingContext, state: State) -> None:
    """Take over what the first process found at the end of an epoch."""
    found = {name: getattr(state, name) for name in FOLLOWED}
    for name, value in context.processes.told(found).items():
        setattr(state, name, value)


def _should_stop_early(state: State, patience: int) -> bool:
    since = state.epoch - state.best.get("epoch", state.epoch)
    return patience > 0 and since >= patience


def _one_epoch(context: TrainingContext, state: State) -> None:
    settings, part = context.recipe.train, context.parts.train
    order = epoch_order(part, settings.seed, state.epoch, balanced=settings.balanced_sampler,
                        masked_share=context.recipe.lesions.masked_share)  # fmt: skip
    groups = batches(order, settings.batch)
    weights = _weights(context)
    begun = saved = time.monotonic()
    state.network.train()
    with steps(f"epoch {state.epoch + 1}", len(groups), "steps") as report:
        while state.step < len(groups):
            whole = groups[state.step : state.step + settings.accumulate]
            stop = _one_step(context, state, whole, weights, len(groups))
            now = time.monotonic()
            report(state.step, _step_note(state, now - begun))
            if stop or now - saved > settings.save_minutes * 60:
                state.seconds, begun, saved = state.seconds + now - begun, now, now
                _save(context, state)
            if stop:
                context.processes.wait()  # until the state is saved
                raise InterruptedRunError(
                    f"stopped in epoch {state.epoch + 1}, step {state.step} of {len(groups)}",
                    stop,
                    f"`drgrade train --resume {context.run.folder}`",
                )
    state.seconds += time.monotonic() - begun
    if not state.sums.get("photos"):
        raise _diverged(state, groups, context)
    if (
        context.processes.count > 1
    ):  # torchrun kills 30 s after a signal, and judging may take longer
        _save(context, state)


def _save(context: TrainingContext, state: State) -> None:
    """Write the state, which is the same in all processes, by the first of them."""
    if context.processes.is_first:
        save_state(context.run.last, state)


def _weights(context: TrainingContext) -> torch.Tensor:
    found = class_weights(context.parts.train.grades, context.recipe.objective.class_weights)
    return torch.tensor(found, dtype=torch.float32, device=context.device)


def _one_step(
    context: TrainingContext,
    state: State,
    groups: list[np.ndarray],
    weights: torch.Tensor,
    steps: int,
) -> int:
    """Optimise once; returns the exit code that a signal to any process asks for, else 0."""
    recipe, begun = context.recipe, state.step
    rate = learning_rate(
        recipe.optimiser.learning_rate,
        recipe.schedule,
        state.epoch + state.step / steps,
        recipe.train.epochs,
    )
    for group in state.optimiser.param_groups:
        group["lr"] = rate
    state.optimiser.zero_grad(set_to_none=True)
    grades = [context.parts.train.grades[chosen] for chosen in groups]
    of_step = shares(recipe, grades, weights.cpu().numpy())
    here, before = dict.fromkeys((*SUMS, LEFT_OUT), 0.0), buffers_of(state.network)
    with context.processes.sharing(state.network, len(groups)) as mine:
        for number in mine:
            state.step = begun + number
            _add(here, _accumulate(context, state, groups[number], weights, of_step[number]))
    state.step = begun + len(groups)
    everywhere = context.processes.summed({**here, "stop": float(context.stop.exit_code)})
    stop = everywhere.pop("stop") > 0  # all processes stop after the same step
    exit_code = (context.stop.exit_code or CODES[signal.SIGTERM]) if stop else 0
    is_lost = everywhere.pop(LEFT_OUT) > 0
    if is_lost or not math.isfinite(gradient_norm(state.network, recipe.train.clip)):
        put_back(state.network, before)
        _leave_out(context, state, groups)
        return exit_code
    _add(state.sums, everywhere)
    state.optimiser.step()
    if state.average is not None:
        of_epoch = -(-steps // recipe.train.accumulate)  # its last step may be of fewer batches
        done = state.epoch * of_epoch + begun // recipe.train.accumulate
        update_average(state.average, state.network, recipe.train.ema, done)
    return exit_code


def _leave_out(context: TrainingContext, state: State, groups: list[np.ndarray]) -> None:
    """Report a step that was not taken, and stop where there were too many of them."""
    _add(state.sums, {LEFT_OUT: 1})
    if state.sums[LEFT_OUT] > MOST_LEFT_OUT:
        raise _diverged(state, groups, context)
    if context.processes.is_first:
        values = {"epoch": state.epoch + 1, "step": state.step, "most": MOST_LEFT_OUT,
                  "count": int(state.sums[LEFT_OUT]),
                  "photos": photos_of(context.parts.train.photos, groups)}  # fmt: skip
        say(text(Reason("step_left_out", values)))


def _diverged(state: State, groups: list[np.ndarray], context: TrainingContext) -> DivergedError:
    """What to raise where steps were lost, the last of them with the photographs of `groups`."""
    values = {"epoch": state.epoch + 1, "count": int(state.sums.get(LEFT_OUT, 0)),
              "photos": photos_of(context.parts.train.photos, groups)}  # fmt: skip
    return refusal(DivergedError, Reason("training_diverged", values))


def _accumulate(
    context: TrainingContext, state: State, chosen: np.ndarray, weights: torch.Tensor, share: Share
) -> dict[str, float]:
    """Add a batch's gradient, weighted by its share of the step; returns its sums."""
    part = context.parts.train
    place = [context.recipe.train.seed, state.epoch, state.step]
    teacher = state.average if context.recipe.consistency.weight else None
    priced = batch_loss(context.recipe, context.grader, part, chosen, place, weights, teacher)
    loss, lesions = priced.loss, priced.lesions.item()
    if not math.isfinite(loss):
        return {LEFT_OUT: 1}
    (priced.grades * share.grades + priced.lesions * share.photos).backward()
    _, given = context.grader.decode(priced.outputs.detach().float().cpu().numpy())
    return {
        "loss": loss * len(chosen),
        "lesions": lesions * len(chosen),
        "photos": len(chosen),
        "right": int((given == part.grades[chosen]).sum()),
    }


def _add(sums: dict[str, float], values: dict[str, float]) -> None:
    for name, value in values.items():
        sums[name] = sums.get(name, 0.0) + value


def _step_note(state: State, seconds: float) -> str:
    photos = state.sums.get("photos", 0)
    if not photos:
        return ""  # no step was taken so far
    rate = photos / max(seconds + state.seconds, 1e-9)
    return f"{rate:.1f} photos/s, loss {state.sums['loss'] / photos:.4f}"


@torch.no_grad()
def outputs_of(context: TrainingContext, network: nn.Module, part: Part) -> np.ndarray:
    """Raw outputs (n, k) of a part by a network in evaluation mode."""
    grader, in_order = replace(context.grader, network=network), context.recipe.train.channels_last
    was_training = network.training
    network.eval()
    size = max(context.recipe.train.batch, 16)
    found = [
        grader.outputs(laid(squares, channels_last=in_order)).float().cpu().numpy()
        for squares in track(
            still_batches(part, size, context.device), -(-len(part) // size), "judging", "batches"
        )
    ]
    network.train(was_training)
    return np.concatenate(found) if found else np.zeros((0, grader.width), np.float32)


def _finish_epoch(context: TrainingContext, state: State) -> None:
    refuse_no_numbers(state.judged.state_dict(), state.epoch + 1)
    tune_outputs = _numbers(outputs_of(context, state.judged, context.parts.tune), state)
    fitted = context.grader.fitted(tune_outputs, context.parts.tune.grades)
    row = _row(context, state, fitted, tune_outputs)
    if context.recipe.train.watch_test:
        _watch_test(context, state, fitted, row)
    state.epoch += 1
    row["epoch"] = state.epoch
    state.history.append(row)
    if _is_better(row, state.best, context.recipe.train.choose):
        state.best = {key: row[key] for key in ("epoch", "tune_qwk", "tune_accuracy", "tune_loss")}
        _keep(context, state, fitted)
    state.step, state.sums, state.seconds = 0, {}, 0.0
    save_state(context.run.last, state)
    context.run.write_metrics(state.history)
    context.log(row)
    _say_epoch(context, state, row)


def _numbers(outputs: np.ndarray, state: State) -> np.ndarray:
    """The outputs, which must be numbers: decoded, what is none would be a grade."""
    if not np.isfinite(outputs).all():
        lost = int((~np.isfinite(outputs)).any(axis=1).sum())
        raise DivergedError(
            f"the answers to {lost} of {len(outputs)} photos are no numbers after epoch "
            f"{state.epoch + 1}; lower optimiser.learning_rate or set train.clip = 1.0"
        )
    return outputs


def _row(
    context: TrainingContext, state: State, fitted: Grader, tune_outputs: np.ndarray
) -> dict[str, Any]:
    grades, sums = context.parts.tune.grades, state.sums
    row: dict[str, Any] = {
        "seconds": state.seconds,
        "photos_per_second": sums["photos"] / max(state.seconds, 1e-9),
        "learning_rate": state.optimiser.param_groups[0]["lr"],
        "train_loss": sums["loss"] / sums["photos"],
        "lesion_loss": sums["lesions"] / sums["photos"] if context.recipe.model.lesions else None,
        "train_accuracy": sums["right"] / sums["photos"],
        "tune_loss": None, "tune_accuracy": None, "tune_qwk": None, "majority_share": None,
    }  # fmt: skip
    if len(grades):
        _, given = fitted.decode(tune_outputs)
        counts = confusion(grades, given)
        loss = context.grader.objective.loss(
            torch.from_numpy(tune_outputs[:, : context.grader.objective.outputs]),
            torch.from_numpy(grades),
            torch.ones(5),
            0.0,
        )
        row |= {
            "tune_loss": _finite(loss.item()),
            "tune_accuracy": _finite(accuracy(counts).value),
        }
    if len(np.unique(grades)) > 1:  # among photos of one grade kappa is 0 whatever is answered
        row |= {
            "tune_qwk": _finite(kappa(counts).value),
            "majority_share": float(np.bincount(given, minlength=5).max() / len(given)),
        }
    return row


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _watch_test(
    context: TrainingContext, state: State, fitted: Grader, row: dict[str, Any]
) -> None:
    """The lab's custom: test accuracy of every epoch, for its table; nothing is chosen by it."""
    outputs = _numbers(outputs_of(context, state.judged, context.parts.test), state)
    probabilities, given = fitted.decode(outputs)
    row["test_accuracy"] = (
        float((given == context.parts.test.grades).mean()) if len(given) else None
    )
    if row["test_accuracy"] is None:
        return
    if row["test_accuracy"] > state.highest_test.get("accuracy", -1.0):
        state.highest_test = {"accuracy": row["test_accuracy"], "epoch": state.epoch + 1}
        with replacing(context.run.folder / "highest_test.npz") as temporary:
            np.savez(temporary, probabilities=probabilities, given=given)


def chosen_on(recipe: Recipe) -> str:
    """The split that chooses the epoch; `no split` where the last one is kept unseen."""
    return UNCHOSEN if recipe.train.choose == "last" else "tune"


def _is_better(row: dict[str, Any], best: dict[str, Any], choose_by: str) -> bool:
    key = f"tune_{choose_by}"
    if not best or choose_by == "last":
        return True
    if row[key] is None or best[key] is None:
        return best[key] is None  # nothing to go by: the last epoch with or without a figure
    sign = -1 if choose_by == "loss" else 1
    return sign * row[key] > sign * best[key]


def _keep(context: TrainingContext, state: State, fitted: Grader) -> None:
    best = replace(fitted, network=state.judged).with_provenance(
        epoch=state.epoch,
        recipe_hash=context.recipe.hash,
        chosen_on=chosen_on(context.recipe),
        chosen_by=context.recipe.train.choose,
        **{key: state.best[key] for key in ("tune_qwk", "tune_accuracy", "tune_loss")},
    )
    save_grader(context.run.best, best)


def _say_epoch(context: TrainingContext, state: State, row: dict[str, Any]) -> None:
    def shown(key: str) -> str:
        return "n/a" if row.get(key) is None else f"{row[key]:.4f}"

    left = (context.recipe.train.epochs - state.epoch) * row["seconds"]
    is_chosen = context.recipe.train.choose != "last"
    is_judged = row.get(f"tune_{context.recipe.train.choose}") is not None
    is_best = is_chosen and is_judged and state.best["epoch"] == state.epoch
    star = " (best so far)" if is_best else ""
    say(
        f"epoch {state.epoch}/{context.recipe.train.epochs}: loss {row['train_loss']:.4f}, "
        f"tune QWK {shown('tune_qwk')}, tune accuracy {shown('tune_accuracy')}{star}; "
        f"{row['photos_per_second']:.1f} photos/s, {duration(left)} left"
    )
    if row["majority_share"] is not None and row["majority_share"] > COLLAPSE_SHARE:
        say(
            f"warning: the network answers one grade for {row['majority_share']:.0%} of the tune "
            "photos: it has collapsed to the trivial classifier so far"
        )
