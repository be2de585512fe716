"""Every recipe can be cooked: its tasks and figures exist, its model is small."""

import pytest
from pydantic import ValidationError

from utils import recipe as recipes
from utils.figures import FIGURES
from utils.memory import count_parameters
from utils.paths import MODELS
from utils.tasks import TASKS
from utils.tasks.translation import COVERED

pytestmark = pytest.mark.unit

RECIPES = {p.parent.name: recipes.read(p) for p in MODELS.glob("*/recipe.yml")}
# Kinds whose model is one decoder of the recipe's shape.
DECODERS = [n for n, r in RECIPES.items() if r.kind in ("chat", "base", "text")]
LARGEST = 5_000_000  # parameters; 2 bytes each, in files of at most 8 MiB
# What each size of the chat family may have.
SIZES = {
    "pocket-chat": (3_500_000, 4_000_000),
    "pocket-chat-s": (900_000, 1_100_000),
    "pocket-chat-xs": (250_000, 400_000),
    "pocket-base": (900_000, 1_100_000),
}

each_recipe = pytest.mark.parametrize("name", RECIPES)


class Words:
    """As much of a tokenizer as a model's shape depends on."""

    eos_token_id, pad_token_id = 1, 0

    def __init__(self, size: int) -> None:
        self.size = size

    def __len__(self) -> int:
        return self.size


def shape(name: str):
    """An untrained model by a recipe, without waiting for its tokenizer."""
    from utils.kinds.chat import decoder

    recipe = RECIPES[name]
    return decoder(recipe, Words(recipe.tokenizer.vocab_size))


def parameters(name: str) -> int:
    return sum(p.numel() for p in shape(name).parameters())


@each_recipe
def test_a_recipe_names_its_folder(name):
    assert RECIPES[name].name == name


@each_recipe
def test_every_task_and_figure_exists(name):
    recipe = RECIPES[name]
    asked = {shown.task for shown in recipe.shown if shown.task}
    practiced = {*recipe.data.tasks, *recipe.tasks}
    assert practiced | {bar.task for bar in recipe.bars} <= set(TASKS)
    assert asked <= set(TASKS)
    assert set(recipe.figures) <= set(FIGURES)
    assert recipe.bars
    assert len(recipe.shown) >= 3
    assert recipe.can
    assert recipe.cannot


@pytest.mark.parametrize("name", DECODERS)
def test_a_decoder_is_small_and_counted_from_its_config(name):
    model = shape(name)
    count = sum(p.numel() for p in model.parameters())
    low, high = SIZES.get(name, (0, LARGEST))
    assert low <= count <= min(high, LARGEST, 4 * 2**20)
    model.config.architectures = [RECIPES[name].architecture]
    assert count_parameters(model.config).total == count


def test_sizes_of_one_family_share_data_and_tokenizer():
    large = RECIPES["pocket-chat"]
    for name in ("pocket-chat-s", "pocket-chat-xs", "pocket-moe", "pocket-hybrid"):
        assert RECIPES[name].data == large.data
        ending = RECIPES[name].ending.model_dump(exclude={"steps"})
        assert ending == large.ending.model_dump(exclude={"steps"})
        assert RECIPES[name].tokenizer == large.tokenizer
    assert RECIPES["pocket-base"].tokenizer == large.tokenizer


def test_models_that_are_compared_have_one_size_and_one_schedule():
    small = parameters("pocket-chat-s")
    assert parameters("pocket-hybrid") == pytest.approx(small, rel=0.03)
    moe = shape("pocket-moe")
    moe.config.architectures = ["Qwen3MoeForCausalLM"]
    counted = count_parameters(moe.config)
    assert counted.active == pytest.approx(small, rel=0.03)
    assert counted.total > 2 * counted.active
    for name in ("pocket-moe", "pocket-hybrid"):
        plan = RECIPES[name].train.model_dump(exclude={"precision"})
        assert plan == RECIPES["pocket-chat-s"].train.model_dump(exclude={"precision"})
        assert RECIPES[name].ending == RECIPES["pocket-chat-s"].ending


def test_bars_hold_for_every_skill_that_the_generalist_names():
    generalist = RECIPES["pocket-chat"]
    barred = {bar.task for bar in generalist.bars if bar.at_least or bar.at_most < 1}
    for skill in TASKS["out_of_scope-generalist"].skills:
        assert any(task.startswith(skill) for task in barred), skill
    assert barred >= {f"translation-{language}" for language in COVERED}
    assert "translation-ja" not in barred


BASE = """
name: large
summary: A model.
architecture: Qwen3ForCausalLM
config: {hidden_size: 64, rope_parameters: {rope_type: default, rope_theta: 1.0}}
tokenizer: {vocab_size: 768, examples: 10, seed: 1}
data: {seed: 1, tasks: {sums: 1.0}}
train: {seed: 1, steps: 9, batch_size: 4, learning_rate: 0.1, warmup_steps: 1}
bars: [{task: sums, n: 50}]
shown: []
can: [add]
cannot: []
"""


def written(folder, name: str, text: str):
    (folder / name).mkdir()
    (folder / name / "recipe.yml").write_text(text, encoding="utf-8")
    return folder / name / "recipe.yml"


def test_a_recipe_that_extends_another_says_only_what_differs(tmp_path):
    large = recipes.read(written(tmp_path, "large", BASE))
    changes = (
        "{extends: large, name: small, config: {hidden_size: 32,"
        " rope_parameters: {rope_theta: 2.0}}, train: {steps: 3}, can: []}"
    )
    small = recipes.read(written(tmp_path, "small", changes))
    rope = {"rope_type": "default", "rope_theta": 2.0}
    assert small == large.model_copy(
        update={
            "name": "small",
            "config": {"hidden_size": 32, "rope_parameters": rope},
            "train": large.train.model_copy(update={"steps": 3}),
            "can": [],
        }
    )
    again = "{extends: small, name: tiny, train: {seed: 2}}"
    tiny = recipes.read(written(tmp_path, "tiny", again))
    assert (tiny.train.steps, tiny.train.seed) == (3, 2)
    assert tiny.config == small.config


def test_an_ending_comes_after_all_other_steps(tmp_path):
    ending = "ending: {steps: 5, rate: 0.5, tasks: {facts: 1}}\n"
    recipe = recipes.read(written(tmp_path, "large", BASE + ending))
    assert recipe.steps == 9 + 5
    assert recipe.data_at(8).tasks == {"sums": 1.0}
    assert recipe.data_at(9).tasks == {"facts": 1.0}
    assert recipe.tasks == ("facts",)


def test_a_word_that_no_recipe_has_is_named(tmp_path):
    path = written(tmp_path, "large", BASE + "colour: red\n")
    with pytest.raises(ValidationError, match="colour"):
        recipes.read(path)


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("train", "prompt_weight", 0.5),
        ("data", "beginning", {"steps": 5, "tasks": {"shapes-list": 1}}),
    ],
)
def test_a_setting_that_the_kind_does_not_read_is_refused(part, name, value):
    recipe = RECIPES["pocket-base"].model_dump()
    recipe[part][name] = value
    with pytest.raises(ValidationError, match=f"{part}.{name} is for recipes of kind"):
        recipes.Recipe.model_validate(recipe)


def test_an_ending_that_the_kind_does_not_read_is_refused():
    ending = {"steps": 5, "tasks": {"sums": 1}}
    recipe = RECIPES["pocket-base"].model_dump() | {"ending": ending}
    with pytest.raises(ValidationError, match="ending is for recipes of kind"):
        recipes.Recipe.model_validate(recipe)
