"""The pocket models are what their recipes promise: files, bars, replies, replay."""

import hashlib
import json
from functools import cache
from pathlib import Path

import pytest

from utils import recipe as recipes
from utils.paths import MODELS

pytestmark = pytest.mark.models

SEED = 31337  # neither the card nor a lesson measures with it
FOLDERS = sorted(path.parent for path in MODELS.glob("*/expected.json"))
WORDINGS = Path(__file__).with_name("data") / "out_of_scope_wordings.txt"
MIB = 2**20
REPLAYED = 6  # training steps

# Models that must decline what they cannot do, and the bar that says how often.
DECLINING = {
    folder: bar
    for folder in FOLDERS
    for bar in recipes.read(folder / "recipe.yml").bars
    if bar.task.startswith("out_of_scope") and bar.at_least and bar.by == "model"
}

each_model = pytest.mark.parametrize("folder", FOLDERS, ids=lambda f: f.name)


@cache
def expected(folder: Path) -> dict:
    return json.loads((folder / "expected.json").read_text(encoding="utf-8"))


@cache
def recipe_of(folder: Path) -> recipes.Recipe:
    return recipes.read(folder / "recipe.yml")


@cache
def loaded(folder: Path):
    """(processor, model) as the model's kind loads them."""
    from utils import kinds

    return kinds.of(recipe_of(folder)).load(folder)


@cache
def measured(folder: Path) -> list:
    from utils import measure

    processor, model = loaded(folder)
    return measure.measure(model, processor, recipe_of(folder), SEED)


def holds(actual: dict, wanted: dict) -> bool:
    """Whether `actual` has all that `wanted` says, at every depth."""
    return all(
        holds(actual[key], value) if isinstance(value, dict) else actual[key] == value
        for key, value in wanted.items()
    )


def test_there_is_a_model():
    assert FOLDERS, "no course/models/*/expected.json: python -m course train NAME"


def test_all_weights_together_stay_small():
    sizes = {p: p.stat().st_size for p in MODELS.glob("*/*.safetensors")}
    assert all(size <= 8 * MIB for size in sizes.values()), sizes
    assert sum(sizes.values()) <= 48 * MIB


@each_model
def test_files_are_the_ones_that_were_measured(folder):
    from course.card import files

    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files(folder)
    }
    assert found == expected(folder)["sha256"]


@each_model
def test_it_is_small_and_of_the_recipe_s_shape(folder):
    from utils.memory import count_parameters

    processor, model = loaded(folder)
    recipe = recipe_of(folder)
    count = sum(p.numel() for p in model.parameters())
    assert count == expected(folder)["parameters"] <= 5_000_000
    if folder.name == "pocket-chat":
        assert count <= 4_000_000
    assert count_parameters(folder).total == count
    assert type(model).__name__ == recipe.architecture
    tokenizer = getattr(processor, "tokenizer", processor)
    rows = model.get_input_embeddings().num_embeddings
    assert rows == len(tokenizer) == recipe.tokenizer.vocab_size
    assert holds(model.config.to_dict(), recipe.config)


@each_model
def test_every_bar_is_reached_on_unseen_problems(folder, tell):
    results = measured(folder)
    for one in results:
        mode = {True: ", thinking", False: ", direct", None: ""}[one.bar.thinking]
        by = "" if one.bar.by == "model" else f" by {one.bar.by}"
        tell(f"{folder.name} {one.bar.task}{by}{mode}: {one.result}")
    missed = [f"{one.bar}: {one.result}" for one in results if not one.reached]
    assert not missed, "\n".join(missed)


@each_model
def test_replies_are_well_formed(folder):
    from utils import measure

    assert measure.well_formed(measured(folder)) >= recipe_of(folder).well_formed


@each_model
def test_every_figure_is_within_its_limits(folder, tell):
    from utils import figures

    processor, model = loaded(folder)
    recipe = recipe_of(folder)
    found = figures.measure(model, processor, recipe, SEED)
    for name, value in found.items():
        tell(f"{folder.name} {name}: {value:.4g}")
    assert list(found) == list(recipe.figures)
    assert not figures.missed(recipe, found)


@each_model
def test_the_card_says_what_was_measured(folder):
    from utils.figures import FIGURES

    card = (folder / "card.md").read_text(encoding="utf-8")
    bars = recipe_of(folder).bars
    for one, bar in zip(expected(folder)["accuracy"], bars, strict=True):
        assert one["task"] == bar.task
        assert bar.at_least <= one["right"] / one["n"] <= bar.at_most
        assert f"{one['right'] / one['n']:.1%}" in card
    for name, value in expected(folder).get("figures", {}).items():
        assert f"{FIGURES[name].label} | {value:.3g} |" in card


@pytest.mark.parametrize("folder", [*DECLINING], ids=lambda f: f.name)
def test_wordings_that_it_never_saw_are_declined_honestly(folder, tell):
    """In the sentence that names the skills of this model."""
    from utils.chat import chat_batch
    from utils.evaluate import grade
    from utils.tasks import TASKS
    from utils.tasks.scope import decline
    from utils.tasks.skills import honest

    bar = DECLINING[folder]
    task = TASKS[bar.task]
    tokenizer, model = loaded(folder)
    result = grade(
        lambda conversations: chat_batch(model, tokenizer, conversations),
        task,
        [decline(text, honest(task.skills)) for text in unseen_wordings()],
        SEED,
    )
    tell(f"{folder.name} wordings of the tests: {result}")
    assert result.accuracy >= bar.at_least, result.mistakes


def unseen_wordings() -> list[str]:
    lines = WORDINGS.read_text(encoding="utf-8").splitlines()
    questions = [line for line in lines if line.strip() and not line.startswith("#")]
    assert len(set(questions)) >= 50
    return questions


@each_model
def test_it_still_says_what_the_card_shows(folder):
    from course.card import replies

    processor, model = loaded(folder)
    shown = expected(folder)["replies"]
    assert len(shown) >= 3
    assert replies(recipe_of(folder), model, processor) == shown


@each_model
def test_the_recipe_starts_as_it_did(folder, tmp_path):
    from utils import kinds
    from utils.train import train

    recipe = recipe_of(folder)
    exact = recipe.train.model_copy(update={"precision": "fp32"})
    processor, model = kinds.of(recipe).prepare(recipe)
    assert vocabulary(processor) == vocabulary(loaded(folder)[0])
    replayed = train(
        model,
        processor,
        recipe.model_copy(update={"train": exact}),
        tmp_path,
        until=REPLAYED,
    )
    losses = [step.loss for step in replayed]
    first = expected(folder)["training"]["first_losses"][:REPLAYED]
    assert len(first) == REPLAYED
    assert losses == pytest.approx(first, abs=0.05)  # the run itself may be in bf16


def vocabulary(processor) -> dict[str, int]:
    return getattr(processor, "tokenizer", processor).get_vocab()
