"""A core for each ffmpeg, where the system lets a program choose.

ffmpeg passes every packet of sound through up to five threads, and none of them has work for more than a few
microseconds at a time. Spread over the cores, they spend more time on waking each other up than on the sound; on one
core, and as a batch that is not interrupted for every packet, they take turns. On two cores of a virtual machine,
putting a book's AAC into its M4B so takes less than half of the processor time, decoding it about a third, and encoding
a quarter less. A single stream of sound is coded by one thread anyway, and other chapters keep the other cores busy.
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from collections import Counter
from collections.abc import Iterator

__all__ = ["as_batch_on", "core_for_child"]

_lock = threading.Lock()
_children: Counter[int] = Counter()
"""Children by core, of this process."""


@contextlib.contextmanager
def core_for_child() -> Iterator[int | None]:
    """Lend the core that has the fewest children of this program; None where the system does not let one choose."""
    if sys.platform != "linux":  # macOS has no such choice, and Windows only after a child has started
        yield None
        return
    cores = sorted(os.sched_getaffinity(0))
    first = os.getpid() % len(cores)  # two programs that run at once should not both begin with the same core
    with _lock:
        core = min(cores[first:] + cores[:first], key=lambda each: _children[each])
        _children[core] += 1
    try:
        yield core
    finally:
        with _lock:
            _children[core] -= 1


@contextlib.contextmanager
def as_batch_on(core: int | None) -> Iterator[None]:
    """Put the calling thread on a core, as a batch, until the end of the block.

    A child that is started there stays so: it gets both from the thread that starts it.
    """
    with contextlib.ExitStack() as undo:
        if sys.platform == "linux" and core is not None:
            cores, policy = os.sched_getaffinity(0), os.sched_getscheduler(0)
            with contextlib.suppress(OSError):  # a sandbox may forbid it; then it takes longer, and that is all
                os.sched_setaffinity(0, {core})
                undo.callback(os.sched_setaffinity, 0, cores)
                if policy == os.SCHED_OTHER:
                    os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
                    undo.callback(os.sched_setscheduler, 0, policy, os.sched_param(0))
        yield
