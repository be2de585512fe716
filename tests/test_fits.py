"""Whether a checkpoint fits a profile, and that every profile's choices do."""

import pytest

from utils import memory, profiles
from utils.errors import ModelError
from utils.memory.fitting import LENGTH, ROOM

pytestmark = pytest.mark.unit

REAL = [name for name in profiles.profiles() if name != "pocket"]
CHOICES = [(name, role) for name in REAL for role in profiles.profiles()[name].roles]


@pytest.mark.parametrize(("profile", "role"), CHOICES)
def test_every_role_of_every_profile_fits_with_room(profile, role):
    fit = memory.fits(role, profile)
    assert fit.needs.weights > 0
    assert fit.share <= ROOM, str(fit)


def test_a_role_is_left_out_only_where_nothing_fits():
    missing = {
        (name, role)
        for name in REAL
        for role in set(profiles.ROLES) - set(profiles.profiles()[name].roles)
    }
    assert missing == {("laptop", "moe"), ("t4", "moe"), ("gpu24", "moe")}
    assert not memory.fits("Qwen/Qwen1.5-MoE-A2.7B-Chat", "gpu24")


def test_pocket_models_fit_their_profile():
    for role in profiles.profiles()["pocket"].roles:
        assert memory.fits(role, "pocket").share < 0.2


@pytest.mark.parametrize("profile", REAL)
def test_only_what_would_not_fit_is_quantized(profile):
    for role in profiles.profiles()[profile].roles:
        wanted = profiles.checkpoint(role, profile)
        if wanted.quantization == "nf4":
            needs = memory.predict(wanted.name, LENGTH, 1, wanted.dtype)
            assert needs.total > wanted.memory_gib * 2**30, (role, wanted)


@pytest.mark.parametrize("profile", REAL)
def test_chat_and_its_draft_fit_together_and_share_a_vocabulary(profile):
    chat, draft = (memory.fits(role, profile) for role in ("chat", "draft"))
    assert draft.needs.total <= chat.needs.total
    if draft.checkpoint != chat.checkpoint:  # else one copy serves as both
        assert chat.share + draft.share <= 0.95
    configs = [memory.read_config(fit.checkpoint.name) for fit in (chat, draft)]
    assert configs[0].vocab_size == configs[1].vocab_size


def test_the_breakdown_adds_up():
    fit = memory.fits("Qwen/Qwen3-8B", "gpu80", length=8192, batch=4)
    assert fit
    assert fit.needs.weights == 2 * 8_190_735_360
    assert fit.needs.kv_cache == 4 * 8192 * 36 * 2 * 8 * 128 * 2
    assert fit.needs.total < fit.available == 76 * 2**30
    assert fit.nearest is None


def test_an_eight_billion_model_fits_a_t4_in_four_bits():
    fit = memory.fits("Qwen/Qwen3-8B", "t4")
    assert not fit
    assert fit.nearest
    assert fit.nearest.checkpoint.name == "Qwen/Qwen3-8B"
    assert fit.nearest.checkpoint.quantization == "nf4"
    said = str(fit)
    for words in ("does not fit t4", "weights 15.3 GiB", "Qwen/Qwen3-8B in nf4"):
        assert words in said
    assert fit._repr_markdown_().count("\n") == 3


@pytest.mark.parametrize(
    ("model", "profile", "nearest"),
    [
        ("Qwen/Qwen3-VL-32B-Instruct", "t4", "Qwen/Qwen3-VL-8B-Instruct in nf4"),
        ("Qwen/Qwen3-VL-32B-Thinking", "t4", "Qwen/Qwen3-VL-8B-Thinking in nf4"),
        ("Qwen/Qwen2.5-3B-Instruct", "laptop", "Qwen/Qwen2.5-3B-Instruct in bfloat16"),
        (
            "Qwen/Qwen3-Coder-480B-A35B-Instruct",
            "gpu80",
            "Qwen/Qwen3-Coder-30B-A3B-Instruct in bfloat16",
        ),
    ],
)
def test_the_nearest_choice_keeps_what_it_can(model, profile, nearest):
    fit = memory.fits(model, profile)
    assert not fit
    assert fit.nearest
    assert fit.nearest.label == nearest
    assert fit.nearest.share <= ROOM


def test_nothing_near_is_said_plainly():
    fit = memory.fits("Qwen/Qwen3-Coder-480B-A35B-Instruct", "t4")
    assert not fit
    assert fit.nearest is None
    assert "choose a larger profile" in str(fit)


def test_more_sequences_can_be_too_many():
    assert memory.fits("chat", "t4")
    assert not memory.fits("chat", "t4", length=32_768, batch=8)


def test_an_unknown_checkpoint_is_a_model_error():
    with pytest.raises(ModelError, match="Did you mean Qwen/Qwen3-8B"):
        memory.fits("Qwen/Qwen3-8", "t4")
