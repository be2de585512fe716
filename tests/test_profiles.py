"""The table of profiles, and how one of them is chosen."""

import pytest
from pydantic import ValidationError

from utils import env, profiles
from utils.errors import ModelError, UnknownModelError, UnknownProfileError

pytestmark = pytest.mark.unit

T4 = env.Gpu("Tesla T4", 15 * env.GIB, (7, 5))
RTX4090 = env.Gpu("RTX 4090", 24 * env.GIB, (8, 9))
H100 = env.Gpu("H100", 80 * env.GIB, (9, 0))
OLD = env.Gpu("GTX 1050", 2 * env.GIB, (6, 1))


@pytest.fixture(autouse=True)
def _no_profile_in_the_environment(monkeypatch):
    monkeypatch.delenv(profiles.VARIABLE, raising=False)


def test_the_five_profiles():
    assert list(profiles.profiles()) == ["pocket", "laptop", "t4", "gpu24", "gpu80"]


def test_pocket_is_the_default_even_with_a_gpu(monkeypatch):
    monkeypatch.setattr(env, "gpu", lambda: T4)
    choice = profiles.choose()
    assert choice.name == "pocket"
    assert "Tesla T4" in choice.why
    assert "QWEN_PROFILE=t4" in choice.why


def test_argument_before_environment_before_default(monkeypatch):
    monkeypatch.setattr(env, "gpu", lambda: None)
    assert profiles.choose().name == "pocket"
    monkeypatch.setenv(profiles.VARIABLE, "laptop")
    assert profiles.choose().name == "laptop"
    assert profiles.VARIABLE in profiles.choose().why
    assert profiles.choose("gpu24").name == "gpu24"


def test_an_unknown_profile_names_the_known_ones(monkeypatch):
    with pytest.raises(UnknownProfileError, match="pocket, laptop, t4, gpu24, gpu80"):
        profiles.choose("laptopp")
    monkeypatch.setenv(profiles.VARIABLE, "phone")
    with pytest.raises(UnknownProfileError, match="'phone'"):
        profiles.checkpoint("chat")


def test_a_role_that_a_profile_lacks_names_those_it_has():
    with pytest.raises(UnknownModelError) as caught:
        profiles.checkpoint("moe", "gpu24")
    assert "it has chat" in str(caught.value)
    assert "gpu80" in str(caught.value)
    with pytest.raises(ModelError, match="no role 'telepathy'"):
        profiles.checkpoint("telepathy")


def test_checkpoint_takes_the_profile_and_what_differs():
    chat = profiles.checkpoint("chat", "t4")
    assert (chat.dtype, chat.quantization, chat.device) == ("float16", "none", "cuda")
    coder = profiles.checkpoint("coder", "t4")
    assert (coder.dtype, coder.quantization) == ("float16", "nf4")
    assert profiles.checkpoint("vision", "laptop").dtype == "bfloat16"


def test_every_profile_answers_chat():
    for name in profiles.profiles():
        assert profiles.checkpoint("chat", name).name


def test_no_half_precision_where_it_is_emulated():
    table = profiles.profiles()
    assert table["t4"].dtype == "float16"
    assert all(row.dtype in (None, "float16") for row in table["t4"].roles.values())


@pytest.mark.parametrize(
    ("gpu", "name"), [(OLD, "pocket"), (T4, "t4"), (RTX4090, "gpu24"), (H100, "gpu80")]
)
def test_the_profile_that_suits_a_gpu(gpu, name):
    assert profiles.suited_to(gpu) == name


def test_a_slip_in_the_table_is_refused():
    row = {"summary": "x", "device": "cpu", "dtype": "float32", "memory_gib": 1}
    with pytest.raises(ValidationError):
        profiles.Profile.model_validate(row | {"roles": {"chatt": "pocket-chat"}})
    with pytest.raises(ValidationError):
        profiles.Profile.model_validate(row | {"roles": {}, "memory": 2})
