"""What a heavy cell will cost before it runs, beside what it did cost afterwards."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

from utils import env, locate, models
from utils.memory.configs import TEXT_TYPES, read_config
from utils.memory.parameters import count_parameters
from utils.memory.prediction import Prediction, predict, readable
from utils.memory.speed import Work, calibrate, predicted_seconds
from utils.memory.watch import Peak, measure_peak, used
from utils.profiles import Checkpoint

# Python with torch, transformers and one model's class imported (measured, CPU build).
LIBRARIES = 390 * 10**6
# What comes with the weights: tokenizer, template and configs.
TOKENIZER = 16 * 10**6


@dataclass(frozen=True)
class Plan:
    """The cost of generating with one checkpoint; sizes in bytes.

    `already` is what this process holds before: on a CPU at least its libraries.
    `seconds` is None where this machine has not the profile's device.
    """

    checkpoint: Checkpoint
    work: Work
    download: int
    already: int
    needs: Prediction
    seconds: float | None

    @property
    def peak(self) -> int:
        """The memory at the highest point: the process's RAM, or the GPU's tensors."""
        return self.already + self.needs.total

    def measure(self) -> AbstractContextManager[Peak]:
        """Watch memory and time of the block that does the work."""
        return measure_peak(self.checkpoint.device)

    def against(self, measured: Peak) -> str:
        """A Markdown table of what was predicted beside what was measured."""
        lines = [
            "| | predicted | measured | error of the prediction |",
            "|---|---|---|---|",
            _row(self._memory_name, self.peak, measured.peak, readable),
        ]
        if self.seconds is not None:
            lines.append(_row("time", self.seconds, measured.seconds, _duration))
        return "\n".join(lines)

    def __str__(self) -> str:
        time = "not measured here" if self.seconds is None else _duration(self.seconds)
        needs = self.needs
        return (
            f"{self.checkpoint.name}: download {readable(self.download)}, "
            f"{self._memory_name} {readable(self.peak)} (already in use "
            f"{readable(self.already)}, weights {readable(needs.weights)}, KV cache "
            f"{readable(needs.kv_cache)}, overhead {readable(needs.overhead)}), "
            f"time {time}"
        )

    def _repr_markdown_(self) -> str:
        return str(self)

    @property
    def _memory_name(self) -> str:
        return "VRAM" if self.checkpoint.device == "cuda" else "RAM"


def plan(
    role: str,
    profile: str | None = None,
    *,
    prompt: int = 256,
    new: int = 256,
    batch: int = 1,
    replies: int | None = None,
) -> Plan:
    """What it takes to get `replies` of `new` tokens to prompts of `prompt` tokens.

    They are generated `batch` at a time; one batch, if their number is not given.
    `role` may be a checkpoint's name. Asks no server: the download is what is published
    and not on this machine. Time is that of generating, from a calibration of two
    seconds, without download and loading. Raises ModelError.
    """
    wanted = locate.resolve(role, profile)
    work = Work(prompt, new, batch, replies or batch)
    needs = predict(
        wanted.name,
        prompt + new,
        batch,
        wanted.dtype,
        wanted.quantization,
        prompt=prompt,
        device=wanted.device,
    )
    if models.is_loaded(wanted.name):
        needs = replace(needs, weights=0)  # they are among what is in use
    here = wanted.device == "cpu" or env.best_device() == wanted.device
    return Plan(
        checkpoint=wanted,
        work=work,
        download=_download_bytes(wanted.name),
        already=_already(wanted.device, here),
        needs=needs,
        seconds=_seconds(wanted, work) if here else None,
    )


def _download_bytes(name: str) -> int:
    if locate.on_this_machine(name):
        return 0
    return models.PUBLISHED_BYTES * count_parameters(name).total + TOKENIZER


def _already(device: str, here: bool) -> int:
    if device == "cpu":
        return max(used(), LIBRARIES)
    return used(device) if here else 0


def _seconds(wanted: Checkpoint, work: Work) -> float:
    kind = read_config(wanted.name).model_type
    speed = calibrate(wanted.device, wanted.dtype, TEXT_TYPES.get(kind, kind))
    return predicted_seconds(wanted.name, work, speed, wanted.quantization)


def _row(
    name: str, predicted: float, measured: float, shown: Callable[[float], str]
) -> str:
    error = (predicted - measured) / measured
    return f"| {name} | {shown(predicted)} | {shown(measured)} | {error:+.0%} |"


def _duration(seconds: float) -> str:
    return f"{seconds / 60:.1f} min" if seconds >= 100 else f"{seconds:.1f} s"
