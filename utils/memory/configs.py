"""The config of a model by name, whether it is here, published, or only described."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from utils import paths, published
from utils.errors import UnknownModelError
from utils.published import PublishedCheckpoint

if TYPE_CHECKING:
    from transformers import PretrainedConfig

# The text architecture, in transformers' words, inside each published model type.
TEXT_TYPES = {
    "qwen": "qwen2",
    "qwen2": "qwen2",
    "qwen2_moe": "qwen2_moe",
    "qwen2_vl": "qwen2",
    "qwen2_5_vl": "qwen2",
    "qwen2_audio": "qwen2",
    "qwen3": "qwen3",
    "qwen3_moe": "qwen3_moe",
    "qwen3_vl": "qwen3",
    "qwen3_vl_moe": "qwen3_moe",
    "qwen3_next": "qwen3_next",
    "qwen3_5": "qwen3_5_text",
    "qwen3_5_moe": "qwen3_5_moe_text",
}
# Cells of the table -> fields of a transformers config.
FIELDS = {
    "layers": "num_hidden_layers",
    "hidden": "hidden_size",
    "heads": "num_attention_heads",
    "kv_heads": "num_key_value_heads",
    "head_dim": "head_dim",
    "ffn": "intermediate_size",
    "experts": "num_experts",
    "experts_per_token": "num_experts_per_tok",
    "expert_ffn": "moe_intermediate_size",
    "shared_expert_ffn": "shared_expert_intermediate_size",
    "linear_value_heads": "linear_num_value_heads",
    "vocab": "vocab_size",
    "tied": "tie_word_embeddings",
}


def read_config(model: "PretrainedConfig | str | Path") -> "PretrainedConfig":
    """The config of a folder, a pocket model or a published checkpoint.

    A checkpoint whose config.json is not in course/facts/configs gets the config of its
    text part, made from the sizes in course/facts/checkpoints.yml. Raises
    UnknownModelError where these are not known either.
    """
    if not isinstance(model, str | Path):
        return model
    file = config_file(model)
    if file is None:
        return derived_config(str(model))
    from transformers import AutoConfig

    return AutoConfig.from_pretrained(file, local_files_only=True)


def config_file(model: str | Path) -> Path | None:
    """The file or folder that holds a model's own config, if it is on this machine."""
    published_here = paths.CONFIGS / f"{str(model).removeprefix('Qwen/')}.json"
    places = (Path(model), paths.MODELS / model, published_here)
    return next((place for place in places if place.exists()), None)


@cache
def derived_config(repo: str) -> "PretrainedConfig":
    """A config with the published sizes; towers that see or hear are left out."""
    row = published.checkpoint(repo)
    kind = TEXT_TYPES.get(row.model_type)
    if kind is None or row.layers is None or not (row.ffn or row.expert_ffn):
        raise UnknownModelError(
            f"The sizes of {repo} are not published in full, so nothing can be "
            "predicted from them: take another checkpoint of its family."
        )
    from transformers import AutoConfig

    config = AutoConfig.for_model(kind, **_fields(row))
    config.architectures = [_architecture(config, row)]
    return config


def _fields(row: PublishedCheckpoint) -> dict[str, Any]:
    """The row's cells under the names that a transformers config has for them."""
    cells = {FIELDS[name]: getattr(row, name) for name in FIELDS}
    if row.experts and row.ffn is None:
        cells["intermediate_size"] = (
            row.expert_ffn
        )  # of dense layers, and there are none
    return {field: value for field, value in cells.items() if value is not None}


def _architecture(config: "PretrainedConfig", row: PublishedCheckpoint) -> str:
    """The class without a head for embeddings, with one for everything else."""
    from transformers.models.auto import modeling_auto as names

    headless = row.kind == "embedding"
    table = (
        names.MODEL_MAPPING_NAMES
        if headless
        else names.MODEL_FOR_CAUSAL_LM_MAPPING_NAMES
    )
    return table[config.model_type]
