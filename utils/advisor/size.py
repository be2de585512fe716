"""How a checkpoint is counted when it is ranked, and how fast it could be at most."""

from functools import cache

from utils import lines, memory
from utils.memory.fitting import Fit
from utils.memory.parameters import BYTES, NF4_BYTES, Parameters
from utils.published import PublishedCheckpoint


def counted_size(row: PublishedCheckpoint, task: str) -> tuple[float, str]:
    """The size that ranks a checkpoint, in parameters, and how it came about.

    Of parameters that see or hear, none count. Raises ModelError for unknown sizes.
    """
    table = lines.table()
    line = table.lines[row.family]
    counted = _counted(row.repo)
    size, said = counted.active, f"{_billions(counted.active)} parameters"
    if "experts" in counted.parts:
        size = min(counted.total, table.rules["experts"].factor * size)
        said = f"{_billions(counted.active)} active count as {_billions(size)}"
    doublings = line.generation
    said += f", {line.generation} generations after Qwen"
    if task in line.made_for:
        doublings, said = doublings + 1, f"{said}, made for {task}"
    if table.tasks[task].thinking and row.thinking not in ("none", None):
        doublings, said = doublings + 1, f"{said}, thinks"
    factor = table.rules["generation"].factor
    return size * factor**doublings, said


def speed_limit(fit: Fit) -> float:
    """Tokens per second that a machine cannot exceed for one reader.

    Each token reads every active weight once, so the memory's bandwidth is the limit
    (the roofline model, Williams et al. 2009).
    """
    counted = _counted(fit.checkpoint.name)
    read = counted.active
    if "lm_head" in counted.parts:  # of a table of its own, one row is read
        read -= counted.parts["embedding"]
    checkpoint = fit.checkpoint
    in_4_bits = checkpoint.quantization == "nf4" and "experts" not in counted.parts
    size = NF4_BYTES if in_4_bits else BYTES[checkpoint.dtype]
    return lines.table().hardware[fit.profile].bandwidth * 1e9 / (read * size)


@cache
def _counted(repo: str) -> Parameters:
    return memory.count_parameters(repo)


def _billions(count: float) -> str:
    return f"{count / 1e9:.3g}B"
