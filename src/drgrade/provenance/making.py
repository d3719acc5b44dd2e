"""How a model that ships was made: its recipe, its training, and what it was trained on."""

from typing import Annotated

from pydantic import Field

from drgrade.provenance.record import Json, Record


class TrainedOn(Record):
    """One thing that a network was trained on: photographs, or what its start was trained on."""

    name: str
    licence: str = ""
    address: str = ""
    role: str
    terms: str | None = None


class Making(Record):
    """How a model was made, as far as its file or its run folder say.

    `recipe` and `stages` are TOML texts, empty where unknown; `training` has versions, seed,
    machine and duration; `rounded` the date and the versions. `statement` says under what terms
    the weights may be passed on, where a source does not.
    """

    recipe: str = ""
    stages: str = ""
    training: Json = Field(default_factory=dict)
    recipe_name: str = ""
    recipe_hash: str = ""
    manifest_hash: str = ""
    start: str = ""
    start_sha256: str = ""
    learned_from: Annotated[tuple[TrainedOn, ...], Field(strict=False)] = ()
    statement: str = ""
    trained_weights_sha256: str = ""
    rounded: Json = Field(default_factory=dict)
