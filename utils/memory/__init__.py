"""What a model costs in memory and time, predicted from its shape and measured.

Lesson 11 explains the arithmetic; `fits` and `plan` use it.
"""

from utils.memory.cache import kv_bytes_per_token, kv_cache_bytes, state_bytes
from utils.memory.configs import read_config
from utils.memory.fitting import Fit, fits, placed
from utils.memory.parameters import Parameters, count_parameters, weight_bytes
from utils.memory.planning import Plan, plan
from utils.memory.prediction import Prediction, predict, readable
from utils.memory.watch import Peak, cache_bytes, measure_peak, model_bytes

__all__ = [
    "Fit",
    "Parameters",
    "Peak",
    "Plan",
    "Prediction",
    "cache_bytes",
    "count_parameters",
    "fits",
    "kv_bytes_per_token",
    "kv_cache_bytes",
    "measure_peak",
    "model_bytes",
    "placed",
    "plan",
    "predict",
    "read_config",
    "readable",
    "state_bytes",
    "weight_bytes",
]
