"""Recipes: every knob on one page, every mistake at once."""

import json
import re
import tomllib

import pytest

from drgrade.errors import RecipeError, UsageError
from drgrade.recipe.recipe import load_recipe, make_recipe, packaged_recipes, write_toml


@pytest.mark.parametrize("name", sorted(packaged_recipes()))
def test_every_packaged_recipe_loads_and_states_what_it_shows(name):
    load_recipe(name)
    assert "# Shows:" in packaged_recipes()[name]


@pytest.mark.parametrize("name", sorted(packaged_recipes()))
def test_a_recipe_written_and_read_is_the_same(name):
    recipe = load_recipe(name)
    assert make_recipe(tomllib.loads(write_toml(recipe))) == recipe


def test_a_name_with_quotes_and_line_breaks_survives_writing():
    recipe = make_recipe({"name": 'a "b"\n\\c'})
    assert make_recipe(tomllib.loads(write_toml(recipe))) == recipe


def test_an_unknown_key_is_answered_with_the_nearest():
    with pytest.raises(RecipeError, match=r"did you mean 'optimiser.learning_rate'"):
        make_recipe({"train": {"lerning_rate": 1}, "optimiser": {}})


def test_an_unknown_section_is_answered_with_the_nearest():
    with pytest.raises(RecipeError, match="did you mean 'optimiser'"):
        make_recipe({"optimizer": {"learning_rate": 1}})


def test_all_mistakes_are_reported_at_once():
    with pytest.raises(RecipeError) as caught:
        make_recipe({"train": {"batch": 0, "epochs": 0}, "data": {"workers": -1}})
    assert all(key in str(caught.value) for key in ("train.batch", "train.epochs", "data.workers"))


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("train", "batch", 0),
        ("train", "batch", -1),
        ("train", "batch", 10**9),
        ("data", "workers", -1),
        ("data", "size", 0),
        ("data", "size", 10**6),
        ("optimiser", "learning_rate", float("nan")),
        ("optimiser", "learning_rate", float("inf")),
        ("optimiser", "learning_rate", -1e-3),
        ("train", "epochs", 0),
    ],
)
def test_a_number_out_of_range_is_refused_with_the_value(section, key, value):
    with pytest.raises(RecipeError, match=f"{section}.{key}.*got {value}"):
        make_recipe({section: {key: value}})


@pytest.mark.parametrize(
    ("section", "key", "value", "rule"),
    [
        ("train", "batch", 0, "must be 1 to 4096"),
        ("optimiser", "learning_rate", 0, "must be above 0 to 10"),
        ("optimiser", "momentum", 1, "must be 0 to below 1"),
        ("data", "photos", -1, "must be 0 or more"),
    ],
)
def test_a_number_out_of_range_is_told_the_range(section, key, value, rule):
    with pytest.raises(RecipeError, match=f"{section}.{key}: {rule}, got {value}"):
        make_recipe({section: {key: value}})


def test_a_key_set_twice_on_the_command_line_is_refused():
    with pytest.raises(RecipeError, match=r"gives train\.batch more than once"):
        load_recipe("lab", ["train.batch=4", "train.epochs=2", "train.batch=8"])


def test_a_key_given_twice_is_refused(tmp_path):
    path = tmp_path / "twice.toml"
    path.write_text("[train]\nepochs = 1\nepochs = 2\n")
    with pytest.raises(RecipeError, match="not valid TOML"):
        load_recipe(str(path))


def test_a_folder_is_no_recipe(tmp_path):
    with pytest.raises(RecipeError, match="folder"):
        load_recipe(str(tmp_path))


def test_a_huge_file_is_no_recipe(tmp_path):
    path = tmp_path / "huge.toml"
    path.write_bytes(b"#" * (2 << 20))
    with pytest.raises(RecipeError, match="1 MiB"):
        load_recipe(str(path))


def test_a_binary_file_is_no_recipe(tmp_path):
    path = tmp_path / "binary.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RecipeError, match="UTF-8"):
        load_recipe(str(path))


def test_a_mistyped_packaged_name_is_answered_with_the_nearest():
    with pytest.raises(RecipeError, match="did you mean 'lab-best'"):
        load_recipe("lab-bets")


def test_set_changes_one_setting_and_bare_words_need_no_quotes():
    recipe = load_recipe("lab-best", ["train.epochs=3", "model.network=resnet50"])
    assert (recipe.train.epochs, recipe.model.network) == (3, "resnet50")


@pytest.mark.parametrize("change", ["epochs=3", "train.epochs", "=3"])
def test_a_change_without_section_or_value_is_refused(change):
    with pytest.raises(RecipeError, match=r"section\.key=value"):
        load_recipe("lab", [change])


def test_the_lab_head_is_refused_at_128_pixels():
    with pytest.raises(RecipeError, match="512 only, got 128"):
        load_recipe("lab", ["data.size=128"])


def test_a_setting_that_came_later_leaves_the_hashes_of_before_as_they_were():
    lesions = {"model": {"lesions": True}}
    assert make_recipe({}).hash.startswith("a9c0c6147ee0")
    one, two = (make_recipe(lesions | {"lesions": {"masked_share": s}}).hash for s in (0.0, 0.3))
    assert one == make_recipe(lesions).hash
    assert one != two


def test_photos_with_masks_come_more_often_or_grades_evenly_not_both():
    both = {"model": {"lesions": True}, "lesions": {"masked_share": 0.3},
            "train": {"balanced_sampler": True}}  # fmt: skip
    with pytest.raises(RecipeError, match="leave one of them out"):
        make_recipe(both)


def test_the_hash_ignores_the_name_and_where_the_photos_lie():
    one = make_recipe({"name": "a", "data": {"manifest": "x.csv"}})
    two = make_recipe({"name": "b", "data": {"manifest": "y.csv"}})
    assert one.hash == two.hash
    assert one.hash != make_recipe({"train": {"epochs": 3}}).hash


def test_seeds_share_a_family_and_other_settings_do_not():
    one, two, other = (
        load_recipe("lab", [change])
        for change in ("train.seed=1", "train.seed=2", "train.epochs=3")
    )
    assert one.family == two.family != other.family
    assert one.hash != two.hash


STAGED = {
    "stages": [
        {"name": "drawn", "data": {"drawn": 100}, "model": {"lesions": True}},
        {"name": "real", "train": {"epochs": 3}},
    ]
}


def test_stages_survive_a_round_trip_through_toml(tmp_path):
    recipe = make_recipe(STAGED)
    (tmp_path / "staged.toml").write_text(write_toml(recipe))
    assert load_recipe(str(tmp_path / "staged.toml")) == recipe
    assert [each.data.drawn for each in recipe.in_stages()] == [100, 0]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ("train.epochs=4", "stage 'real' has its own; use --set stages.real.train.epochs"),
        ("stages.reel.train.epochs=4", "unknown stage of this recipe 'reel'; did you mean 'real'"),
        ("stages.real.train.epoch=4", "stage 'real': unknown key 'train.epoch'"),
        ("stages.real.trains.epochs=4", "unknown key 'stages.1.trains'"),
        ("stages.real=4", "stages.NAME.section.key=value"),
        ("stages.drawn.train.batch=0", "stage 'drawn': train.batch: must be 1 to 4096, got 0"),
        ("stages.drawn.name.x=0", "'name' is no section"),
    ],
)
def test_a_mistake_in_a_stage_is_told_with_the_stage(tmp_path, change, line):
    (tmp_path / "staged.toml").write_text(write_toml(make_recipe(STAGED)))
    with pytest.raises(UsageError, match=re.escape(line)):
        load_recipe(str(tmp_path / "staged.toml"), [change])


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"stages": [{"name": "a"}, {"name": "a"}]}, "a comes twice"),
        ({"data": {"drawn": 9, "manifest": "x.csv"}}, "two sources of photos"),
        ({"lesions": {"maps": 2.0}}, "weigh nothing without model.lesions = true"),
        ({"train": {"choose": "last", "early_stop": 3}}, "leave one of them out"),
        ({"model": {"lesions": True, "stem": "small"}}, 'set model.stem = "standard"'),
        ({"optimiser": {"nesterov": True, "momentum": 0}}, "needs momentum above 0, got 0"),
    ],
)
def test_settings_that_contradict_each_other_are_refused(settings, line):
    with pytest.raises(RecipeError, match=re.escape(line)):
        make_recipe(settings)


def test_how_a_result_is_computed_is_not_in_its_hash():
    plain = load_recipe("lab")
    for change in ("data.workers=7", "train.save_minutes=1"):
        assert load_recipe("lab", [change]).hash == plain.hash
        assert load_recipe("lab", [change]).family == plain.family
    assert load_recipe("lab", ["train.batch=7"]).hash != plain.hash


def test_maps_of_half_an_odd_side_are_refused():
    with pytest.raises(RecipeError, match=r"data\.size = 65 is odd"):
        make_recipe({"data": {"size": 65}, "model": {"lesions": True}})


def in_stages(base: dict[str, object], *stages: dict[str, object]) -> list[tuple[int, str]]:
    """Drawn photos and manifest of each stage, after a round trip through TOML."""
    named = [{"name": f"s{i}", "data": data} for i, data in enumerate(stages)]
    made = make_recipe({"data": base, "stages": named})
    read = make_recipe(tomllib.loads(write_toml(made)))
    return [(each.data.drawn, each.data.manifest) for each in read.in_stages()]


def test_a_stage_goes_from_drawn_photos_to_a_manifest_and_back():
    assert in_stages({"drawn": 9}, {}, {"manifest": "m.csv"}) == [(9, ""), (0, "m.csv")]
    assert in_stages({"manifest": "m.csv"}, {"drawn": 9}, {}) == [(9, ""), (0, "m.csv")]


def test_a_stage_that_draws_nothing_keeps_the_manifest():
    assert in_stages({"manifest": "m.csv"}, {"drawn": 0}) == [(0, "m.csv")]
    assert in_stages({"drawn": 9}, {"drawn": 0, "manifest": "m.csv"}) == [(0, "m.csv")]


def test_a_stage_that_names_both_sources_of_photos_is_refused():
    with pytest.raises(RecipeError, match=r"stage 's0': .*two sources of photos"):
        in_stages({}, {"drawn": 9, "manifest": "m.csv"})


def test_the_stages_of_the_packaged_grader_are_those_it_was_made_by():
    first, last = load_recipe("grader").in_stages()
    assert first.hash.startswith("5e8988ef601e")
    assert (last.data.drawn, last.data.manifest) == (0, "")


@pytest.mark.parametrize("value", ["true", "2.0", '"2"'])
def test_a_whole_number_is_neither_a_flag_nor_a_fraction_nor_text(value):
    with pytest.raises(RecipeError, match=r"train\.epochs: should be a valid integer"):
        load_recipe("demo", [f"train.epochs={value}"])


def test_a_batch_of_one_needs_more_than_one_value_a_channel():
    for size, stem in ((32, "small"), (34, "standard")):
        make_recipe({"data": {"size": size}, "model": {"stem": stem}, "train": {"batch": 1}})
    with pytest.raises(RecipeError, match=r"train.batch = 1 leaves .* data.size = 32; set train.b"):
        make_recipe({"data": {"size": 32}, "train": {"batch": 1}})


def test_a_start_that_no_stage_would_take_is_refused():
    stages = [{"name": "drawn", "model": {"start": "imagenet"}}, {"name": "real"}]
    make_recipe({"model": {"start": "imagenet"}, "stages": [{"name": "drawn"}, {"name": "real"}]})
    with pytest.raises(RecipeError, match=r'start = "phantom" is for the first.*\'drawn\' has one'):
        make_recipe({"model": {"start": "phantom"}, "stages": stages})


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"model": {"head": "lab", "stem": "small"}}, 'head = "lab" fits the standard stem only'),
        ({"model": {"head": "lab", "views": 2}}, "views turn them; got 2 views"),
        ({"model": {"lesions": True}, "lesions": {"dme": 1.0}}, "lesions.dme weighs nothing"),
        ({"optimiser": {"name": "adamw", "nesterov": True}}, "are of sgd; leave them out"),
        (
            {"schedule": {"warmup_epochs": 5}, "train": {"epochs": 3}},
            "within train.epochs = 3, got 5",
        ),
        ({"data": {"manifest": "m\udcff.csv"}}, r"data.manifest must be a name that UTF-8 can"),
    ],
)
def test_a_setting_without_effect_or_that_cannot_be_is_refused(settings, problem):
    with pytest.raises(RecipeError, match=problem):
        make_recipe(settings)


def test_all_rules_that_settings_break_together_are_told_at_once():
    with pytest.raises(RecipeError, match=r"goes with cross_entropy only.*leaves none; set train"):
        make_recipe({"objective": {"name": "corn", "label_smoothing": 0.1},
                     "data": {"carve": "none"}})  # fmt: skip


def test_a_name_with_control_letters_is_written_and_read_back():
    recipe = make_recipe({"data": {"manifest": 'a\rb\tc\x7f"\\d\n.csv'}})
    assert make_recipe(tomllib.loads(write_toml(recipe))) == recipe


def test_a_stage_is_not_set_in_a_recipe_without_stages():
    with pytest.raises(RecipeError, match=r"stages.real.data.size: this recipe has no stages"):
        load_recipe("lab", ["stages.real.data.size=64"])


HASHES = {  # of recipes before their keys had the names of today
    "a9c0c6147ee0654487cbb607a6f73b2453195a00a000b330a80ab28b90f9a1e6": {},
    "7d7cee25db4b54ea7fe4fca856a40ff3fbb4be6368250d89bfb8292c5d6e056d": {"data": {"KEY": "tune"}},
    "c90b26f5d7b7b2af425d235e13ff5037b5680fe203ebfe8575fc462fd5c1db95": {
        "stages": [{"name": "a", "data": {"KEY": "tune", "size": 64}}, {"name": "b"}]
    },
}


@pytest.mark.parametrize("name", ["carve", "holdout_from_train"])
def test_a_key_is_read_by_its_old_name_and_hashes_stay(name):
    for expected, settings in HASHES.items():
        settings = json.loads(json.dumps(settings).replace("KEY", name))
        assert make_recipe(settings).hash == expected


def test_a_change_finds_a_key_that_a_file_has_under_its_old_name(tmp_path):
    (tmp_path / "r.toml").write_text('[data]\ncarve = "tune"\n[train]\nchoose = "last"\n')
    for name in ("carve", "holdout_from_train"):
        recipe = load_recipe(str(tmp_path / "r.toml"), [f"data.{name}=none"])
        assert recipe.data.holdout_from_train == "none"
    with pytest.raises(RecipeError, match="more than once"):
        load_recipe(str(tmp_path / "r.toml"), ["data.carve=none", "data.holdout_from_train=both"])


def test_a_key_under_both_of_its_names_is_refused(tmp_path):
    text = '[data]\ncarve = "tune"\nholdout_from_train = "both"\n'
    (tmp_path / "r.toml").write_text(text)
    with pytest.raises(RecipeError, match="old name"):
        load_recipe(str(tmp_path / "r.toml"))
    with pytest.raises(RecipeError, match="old name"):
        make_recipe({"data": {"carve": "tune", "holdout_from_train": "both"}})


def test_a_recipe_that_does_not_ask_for_a_retina_is_another_one():
    assert make_recipe({"data": {"retina_check": False}}).hash != make_recipe({}).hash
