"""The roles of every profile: a real repository's name, a download, a load, an answer.

A stand-in for the Hub serves the pocket models under the names that the profiles have,
so each takes the path of the real checkpoint: its client, number format, quantization
and device. A CUDA profile runs on the GPU where there is one, else on the CPU.
"""

import json

import pytest
from hub_server import HubServer, copy_pocket, in_own_process

from utils import profiles

pytestmark = pytest.mark.engines

POCKET = {
    role: entry.name for role, entry in profiles.profiles()["pocket"].roles.items()
}
# A base model has no right answers, and these have no pocket model of their own yet:
# chat's weights take the same path, that of decoders with a language head.
DECODERS = ("base", "moe", "hybrid")
REAL = [name for name in profiles.profiles() if name != "pocket"]
# Least share of right replies; a tiny model has little to spare in 4 bits.
RIGHT = {"none": 0.75, "nf4": 0.5}

ASK = """
import json, sys
from utils import env, kinds, models, pools, profiles
from utils import recipe as recipes
from utils.paths import MODELS
SEARCH = ("embedding", "reranker")  # they choose among a pool of passages
profile, rows = json.loads(sys.argv[1])
on_gpu = profiles.profiles()[profile].device == "cuda" and env.best_device() == "cuda"
for role, pocket in rows:
    recipe = recipes.read(MODELS / pocket / "recipe.yml")
    bar = next(bar for bar in recipe.bars if bar.at_least and bar.by == "model")
    bar = bar.model_copy(update={"n": pools.SIZE if recipe.kind in SEARCH else 8})
    model, processor = models.load(role, profile, device=None if on_gpu else "cpu")
    result = kinds.of(recipe).evaluate(model, processor, bar, seed=52361)
    four_bits = bool(getattr(model, "is_loaded_in_4bit", False))
    print("SEEN", json.dumps([role, str(model.dtype), four_bits, result.accuracy]))
    models.unload()
"""


def stand_in(role: str) -> str | None:
    """The pocket model whose weights take the role's path; None if there is none."""
    return "pocket-chat" if role in DECODERS else POCKET.get(role)


@pytest.mark.parametrize("profile", REAL)
def test_every_role_answers_under_its_real_name(profile, tmp_path):
    roles = profiles.profiles()[profile].roles
    rows = [(role, stand_in(role)) for role in roles]
    assert all(pocket for _, pocket in rows), rows
    with HubServer() as hub:
        for role, pocket in rows:
            served = tmp_path / "served" / pocket
            if not served.exists():
                copy_pocket(pocket, served)
            hub.serve(profiles.checkpoint(role, profile).name, served)
        asked = json.dumps([profile, rows])
        said = in_own_process(ASK, hub, tmp_path / "cache", asked)
        fetched = {r.path.split("/content/")[-1] for r in hub.content_requests()}
    lines = [line for line in said.splitlines() if line.startswith("SEEN ")]
    seen = [json.loads(line.removeprefix("SEEN ")) for line in lines]
    assert [role for role, *_ in seen] == [role for role, _ in rows]
    for role, dtype, four_bits, right in seen:
        wanted = profiles.checkpoint(role, profile)
        assert f"{wanted.name}/model.safetensors" in fetched, role
        assert dtype == f"torch.{wanted.dtype}", role
        assert four_bits == (wanted.quantization == "nf4"), role
        assert right >= RIGHT[wanted.quantization], (role, right)
