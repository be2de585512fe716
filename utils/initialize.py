"""Starting values that let a tiny model learn soon."""

import torch
from torch import nn
from transformers import PreTrainedModel

GAIN = 0.8


def by_fan_in(model: PreTrainedModel) -> None:
    """Draw every linear and convolution weight with deviation GAIN / sqrt(fan-in).

    A sum of `fan-in` terms then stays as large as its terms (LeCun et al., 1998,
    "Efficient BackProp", section 4.6). The usual 0.02 suits thousands of terms; with a
    hundred, the signal fades from layer to layer; for a patch of 1,536 numbers one that
    suits the layers is too much, and drowns its position. Biases become zero.
    """
    with torch.no_grad():
        for module in model.modules():
            if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv3d):
                module.weight.normal_(0, GAIN * module.weight[0].numel() ** -0.5)
                if module.bias is not None:
                    module.bias.zero_()


def loud_positions(positions: nn.Embedding) -> None:
    """Draw a position table with deviation GAIN: as loud as a patch of ink becomes.

    The two are added, and a faint table would be drowned.
    """
    with torch.no_grad():
        positions.weight.normal_(0, GAIN)


def with_sinusoids(positions: nn.Embedding) -> None:
    """Fill a frozen position table as Whisper does (arXiv 2212.04356, section 2.2).

    Qwen2-Audio's tower starts from Whisper's weights and never trains the table; in a
    model from scratch it would stay at random values.
    """
    from transformers.models.whisper.modeling_whisper import sinusoids

    with torch.no_grad():
        positions.weight.copy_(sinusoids(*positions.weight.shape))
