"""How much memory a process has needed."""

from __future__ import annotations

import re
import resource
from pathlib import Path


def peak() -> float:
    """Megabytes at the highest, of this process alone.

    `ru_maxrss` counts what had forked it, too; where there is no `/proc`, it has to do.
    """
    try:
        found = re.search(
            r"^VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text(), re.MULTILINE
        )
    except OSError:
        found = None
    if found is None:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(found[1]) / 1024
