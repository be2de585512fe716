"""Whether a checkpoint fits a profile, and what is the nearest one that does."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from utils import env, profiles, published
from utils.errors import UnknownModelError
from utils.locate import resolve
from utils.memory.prediction import Prediction, predict, readable
from utils.profiles import Checkpoint

LENGTH = 4096  # tokens: a lesson's prompt and reply, with room
# What is proposed instead leaves a tenth of the memory free.
ROOM = 0.9


@dataclass(frozen=True)
class Fit:
    """What one checkpoint needs for `batch` sequences of `length` tokens, in bytes.

    `nearest` is the closest choice that fits, where this one does not and there is one.
    It is true in a condition if the checkpoint fits.
    """

    checkpoint: Checkpoint
    profile: str
    length: int
    batch: int
    needs: Prediction
    nearest: "Fit | None" = None

    @property
    def available(self) -> int:
        """What a model and its cache may take under the profile, in bytes."""
        return round(self.checkpoint.memory_gib * env.GIB)

    @property
    def share(self) -> float:
        """The part of what is available that would be taken; above one, too much."""
        return self.needs.total / self.available

    @property
    def ok(self) -> bool:
        """Whether all of it fits."""
        return self.share <= 1

    @property
    def label(self) -> str:
        """Name and number format, such as `Qwen/Qwen3-8B in nf4`."""
        wanted = self.checkpoint
        number = wanted.dtype if wanted.quantization == "none" else wanted.quantization
        return f"{wanted.name} in {number}"

    def __bool__(self) -> bool:
        return self.ok

    def __str__(self) -> str:
        needs, near = self.needs, self.nearest
        said = (
            f"{self.label} {'fits' if self.ok else 'does not fit'} {self.profile}: "
            f"{readable(needs.total)} of {readable(self.available)} (weights "
            f"{readable(needs.weights)}, KV cache {readable(needs.kv_cache)} for "
            f"{self.batch} x {self.length:,} tokens, overhead "
            f"{readable(needs.overhead)})."
        )
        if self.ok:
            return said
        if near is None:
            return f"{said} Nothing of its family does: choose a larger profile."
        size = readable(near.needs.total)
        return f"{said} The nearest that fits: {near.label}, {size}."

    def _repr_markdown_(self) -> str:
        rows = [self] if self.nearest is None else [self, self.nearest]
        lines = [
            f"| {self.batch} x {self.length:,} tokens | weights | KV cache | overhead "
            f"| together | fits {self.profile} ({readable(self.available)}) |",
            "|---|---|---|---|---|---|",
        ]
        for row in rows:
            parts = (row.needs.weights, row.needs.kv_cache, row.needs.overhead)
            sizes = " | ".join(readable(part) for part in (*parts, row.needs.total))
            lines.append(f"| {row.label} | {sizes} | {'yes' if row.ok else 'no'} |")
        return "\n".join(lines)


def fits(
    model: str, profile: str | None = None, *, length: int = LENGTH, batch: int = 1
) -> Fit:
    """Whether a role, or a checkpoint by name, fits a profile's memory.

    Counts weights in the profile's number format, the KV cache of `batch` sequences of
    `length` tokens (prompt included), and what comes and goes while the prompts are
    read. Where that is too much, `nearest` is the same checkpoint in fewer bits, or the
    largest smaller one of its family that fits. Raises ModelError for a name that is
    unknown or has no published sizes.
    """
    name = profiles.choose(profile or "").name
    wanted = resolve(model, name)
    found = _fit(wanted, name, length, batch)
    if found.ok:
        return found
    tried = (_fit(other, name, length, batch) for other in _smaller(wanted))
    nearest = next((one for one in tried if one.share <= ROOM), None)
    return Fit(wanted, name, length, batch, found.needs, nearest)


@cache
def placed(model: str, profile: str, *, length: int = LENGTH) -> Fit:
    """A checkpoint in the most bits that leave a tenth free; in the fewest, if none do.

    For one sequence of `length` tokens, a long prompt read in pieces of LENGTH tokens
    (`prefill_chunk_size` of `generate`). Raises ModelError as `fits` does.
    """
    found = _fit(resolve(model, profile), profile, length, 1, min(length, LENGTH))
    for other in _fewer_bits(found.checkpoint):
        if found.share <= ROOM:
            break
        found = _fit(other, profile, length, 1, min(length, LENGTH))
    return found


def _fit(
    wanted: Checkpoint,
    profile: str,
    length: int,
    batch: int,
    prompt: int | None = None,
) -> Fit:
    needs = predict(
        wanted.name,
        length,
        batch,
        wanted.dtype,
        wanted.quantization,
        prompt=prompt,
        device=wanted.device,
    )
    return Fit(wanted, profile, length, batch, needs)


def _smaller(wanted: Checkpoint) -> Iterator[Checkpoint]:
    """Choices that need less, the nearest first: fewer bits, then a smaller sibling."""
    yield from _fewer_bits(wanted)
    for name in _siblings(wanted.name):
        sibling = replace(wanted, name=name, quantization="none")
        yield sibling
        yield from _fewer_bits(sibling)


def _fewer_bits(wanted: Checkpoint) -> Iterator[Checkpoint]:
    """The same checkpoint in formats that take less, the largest first."""
    if wanted.dtype == "float32":
        yield replace(wanted, dtype="bfloat16", quantization="none")
    if wanted.quantization == "none":
        yield replace(wanted, quantization="nf4")
    if wanted.dtype == "float32":
        yield replace(wanted, dtype="bfloat16", quantization="nf4")


def _siblings(name: str) -> list[str]:
    """Smaller checkpoints of the same family that do the same, the largest first."""
    try:
        mine = published.checkpoint(name)
    except UnknownModelError:  # a pocket model or a folder
        return []
    total = mine.total or 0
    alike = [
        row
        for row in published.checkpoints(mine.family).values()
        if (row.kind, row.inputs) == (mine.kind, mine.inputs)
        and row.layers
        and 0 < (row.total or 0) < total
    ]
    # of two of one size, that which thinks in the same way
    alike.sort(key=lambda row: (-(row.total or 0), row.thinking != mine.thinking))
    return [row.repo for row in alike]
