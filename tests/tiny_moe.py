"""A random mixture of experts so small that a test can wait for it."""

from tiny_chat import tiny_recipe, tiny_tokenizer

from utils.kinds.chat import decoder
from utils.recipe import Recipe

EXPERTS, TOP_K, LAYERS = 8, 2, 2


def moe_recipe(**train) -> Recipe:
    """The tiny recipe with experts; `train` changes that part of it."""
    recipe = tiny_recipe(**train)
    config = recipe.config | {
        "num_hidden_layers": LAYERS,
        "moe_intermediate_size": 16,
        "num_experts": EXPERTS,
        "num_experts_per_tok": TOP_K,
        "norm_topk_prob": True,
        "router_aux_loss_coef": 0.1,
    }
    return recipe.model_copy(
        update={"architecture": "Qwen3MoeForCausalLM", "config": config}
    )


def tiny_moe():
    """A new untrained model of the recipe."""
    return decoder(moe_recipe(), tiny_tokenizer()).eval()
