"""Which checkpoint to take: a ranked shortlist, with a reason for every rank and no.

Lesson 01 explains the rules. A checkpoint is left out by the first question that it
fails: does it do the task, does its license allow the use, are the languages among
those named for it, does it read enough at once, can it be loaded, does it fit with a
tenth of the memory free, can it be fast enough. What is left is ranked by its size in
parameters, counted as course/facts/lines.yml says: a mixture of experts by its active
ones, a newer generation double, a line made for the task double again.
"""

from utils.advisor.need import Need, NeedError
from utils.advisor.ranking import Advice, Exclusion, Pick, advise
from utils.advisor.size import counted_size, speed_limit

__all__ = [
    "Advice",
    "Exclusion",
    "Need",
    "NeedError",
    "Pick",
    "advise",
    "counted_size",
    "speed_limit",
]
