"""First weights for a tiny model: their spread fits the width of each layer."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedModel

SCALE = 0.8


def spread_by_fan_in(model: "PreTrainedModel") -> None:
    """Draw the matrices again with a spread of 0.8 / √(numbers they add up).

    One spread for all layers, as in a config's `initializer_range`, is made for wide
    models: a patch of 1,536 numbers then drowns its position. LeCun et al., Efficient
    BackProp (1998), section 4.6. Embeddings stay as they are.
    """
    import torch
    from torch import nn

    for module in model.modules():
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d):
            if module.weight is model.get_input_embeddings().weight:
                continue  # an output layer that is tied to the embedding
            with torch.no_grad():
                fan_in = module.weight[0].numel()
                module.weight.normal_(0.0, SCALE / fan_in**0.5)
