"""Programs that try to harm or to spy, and how each must end.

`test_sandbox_hostile` runs them. A program finds in its globals what was laid out to be
attacked: OTHER, the id of a process of the same user; CANARY, a file of the same user;
PORT, SOCKET and DATAGRAMS, where somebody listens; REPOSITORY. One that gets through
prints ESCAPED. None does lasting harm then, so that a broken sandbox costs little.
"""

from hostile import greedy, nosy
from hostile.snippet import Hostile

FAMILIES = {
    "time": greedy.TIME,
    "processes": greedy.PROCESSES,
    "memory": greedy.MEMORY,
    "output": greedy.OUTPUT,
    "ends": greedy.ENDS,
    "reading": nosy.READING,
    "writing": nosy.WRITING,
    "network": nosy.NETWORK,
    "others": nosy.OTHERS,
    "powers": nosy.POWERS,
}
HOSTILE: dict[str, Hostile] = {
    f"{family}: {name}": snippet
    for family, snippets in FAMILIES.items()
    for name, snippet in snippets.items()
}
REAL = [name for name in HOSTILE if name.partition(": ")[2] in nosy.REAL]
