"""How fast this machine generates, from a calibration of about two seconds.

Reading prompts is bound by arithmetic, writing one token for one sequence by how fast
the weights can be read (the roofline model, Williams et al. 2009), and a tiny model by
neither: there the time goes into calling hundreds of small operations.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from utils.memory.cache import head_dim, kv_bytes_per_token, layer_counts
from utils.memory.configs import read_config
from utils.memory.parameters import BYTES, count_parameters, weight_bytes
from utils.memory.prediction import layer_bytes_per_token

if TYPE_CHECKING:
    from transformers import PretrainedConfig, PreTrainedModel

SECONDS = 0.4  # spent on each of the first two measurements
SIDE = 1024  # of the square matrices that are multiplied
LARGE = 64 * 2**20  # numbers in a matrix that no processor's cache holds
STEPS = 12  # tokens written by each of two small models in a round
ROUNDS = 5  # the first warms up; the fastest of the others counts
# To append a token, DynamicCache reads and writes all keys and values, into memory that
# the system has zeroed first; attention reads them again.
CACHE_PASSES = 4
# Norms, rotations and activations write several times what a layer keeps alive, and
# read about twice what they write (measured with models of 3 million parameters).
LAYER_PASSES = 12
SMALL = {
    "hidden_size": 32,
    "intermediate_size": 32,
    "moe_intermediate_size": 16,
    "shared_expert_intermediate_size": 16,
    "num_attention_heads": 2,
    "num_key_value_heads": 1,
    "head_dim": 16,
    "linear_num_key_heads": 2,
    "linear_num_value_heads": 2,
    "linear_key_head_dim": 16,
    "linear_value_head_dim": 16,
    "vocab_size": 64,
}


@dataclass(frozen=True)
class Speed:
    """What limits generation here, for one device, number format and architecture.

    `flops` per second of large matrix products, `bandwidth` in bytes per second of
    reading weights, and the seconds that one pass takes whatever the sizes: `step` of
    them once, `layer` for each layer.
    """

    device: str
    dtype: str
    flops: float
    bandwidth: float
    step: float
    layer: float


@dataclass(frozen=True)
class Work:
    """What is to be generated: `replies` of `new` tokens to prompts of `prompt` tokens.

    `batch` of them at a time.
    """

    prompt: int
    new: int
    batch: int = 1
    replies: int = 1


@cache
def calibrate(device: str, dtype: str, model_type: str = "qwen3") -> Speed:
    """Measure this machine; the second call with the same arguments is free."""
    import torch

    number = getattr(torch, dtype)
    square = torch.ones(SIDE, SIDE, dtype=number, device=device)
    large = torch.ones(LARGE // SIDE, SIDE, dtype=number, device=device)
    vector = torch.ones(SIDE, dtype=number, device=device)
    # As a layer multiplies: with the weight turned, which is fast in bf16 as well.
    linear = torch.nn.functional.linear
    product = _seconds(lambda: linear(square, square), device)
    reading = _seconds(lambda: large @ vector, device)
    # four layers, and twice four: a hybrid model repeats a pattern of four
    small = [_small_model(model_type, n).to(device, number) for n in (4, 8)]
    rounds = [[_step_seconds(model) for model in small] for _ in range(ROUNDS)]
    few, many = map(min, zip(*rounds[1:], strict=True))
    layer = max(many - few, 0) / 4
    return Speed(
        device=device,
        dtype=dtype,
        flops=2 * SIDE**3 / product,
        bandwidth=LARGE * BYTES[dtype] / reading,
        step=max(few - 4 * layer, 0),
        layer=layer,
    )


def predicted_seconds(
    model: "PretrainedConfig | str",
    work: Work,
    speed: Speed,
    quantization: str = "none",
) -> float:
    """Seconds of generating, without loading: reading each batch, then writing."""
    text = read_config(model).get_text_config()
    parameters = count_parameters(model)
    towers = parameters.parts.get("vision", 0) + parameters.parts.get("audio", 0)
    share = parameters.active / (parameters.total - towers)
    weights = share * weight_bytes(parameters, speed.dtype, quantization)
    layers = text.num_hidden_layers
    pass_ = speed.step + layers * speed.layer
    products = 2 * parameters.active / speed.flops
    moved = layers * LAYER_PASSES * layer_bytes_per_token(text, speed.dtype)
    per_token = products + moved / speed.bandwidth

    attention, _ = layer_counts(text)
    pairs = work.prompt**2 / 2  # each token attends to those before it
    scores = 4 * attention * text.num_attention_heads * head_dim(text) * pairs
    reading = pass_ + work.batch * (work.prompt * per_token + scores / speed.flops)

    length = work.prompt + work.new / 2
    cache = CACHE_PASSES * kv_bytes_per_token(model, speed.dtype) * length * work.batch
    writing = pass_ + cache / speed.bandwidth
    writing += max(weights / speed.bandwidth, work.batch * per_token)
    batches = -(-work.replies // work.batch)
    return batches * (reading + (work.new - 1) * writing)


def _seconds(call: Callable[[], object], device: str) -> float:
    """Median seconds of one call, over `SECONDS` of them after a first."""
    call()
    times: list[float] = []
    while sum(times) < SECONDS:
        start = time.perf_counter()
        call()
        _wait(device)
        times.append(time.perf_counter() - start)
    return sorted(times)[len(times) // 2]


def _step_seconds(model: "PreTrainedModel") -> float:
    """Seconds per written token of a model too small for its sizes to matter."""
    import torch

    prompt = torch.ones(1, 4, dtype=torch.long, device=model.device)
    start = time.perf_counter()
    model.generate(
        prompt,
        attention_mask=torch.ones_like(prompt),
        max_new_tokens=STEPS,
        min_new_tokens=STEPS,
        do_sample=False,
        pad_token_id=0,
    )
    _wait(str(model.device))
    return (time.perf_counter() - start) / STEPS


def _small_model(model_type: str, layers: int) -> "PreTrainedModel":
    """A random decoder of this kind with tiny sizes and as many experts as usual."""
    import torch
    from transformers import AutoConfig, AutoModelForCausalLM

    known = AutoConfig.for_model(model_type).to_dict()
    sizes = {name: value for name, value in SMALL.items() if name in known}
    config = AutoConfig.for_model(model_type, num_hidden_layers=layers, **sizes)
    with torch.random.fork_rng():  # a lesson's later samples stay what they were
        return AutoModelForCausalLM.from_config(config).eval()


def _wait(device: str) -> None:
    """Until the device has done what it was given."""
    import torch

    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
