"""A build's own place: no second build writes the same folder, and the disk has room before anything is spoken."""

from __future__ import annotations

import contextlib
import ctypes
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from audiobook.atomic import make_folder, sole_writer, sweep
from audiobook.audio import Plan
from audiobook.cache import cache_folder
from audiobook.errors import OutputError
from audiobook.ingest.scripts import count_words
from audiobook.pipeline.inspection import WORDS_PER_MINUTE

__all__ = ["sole_build", "spare_memory", "work_folder", "workshop"]

_BYTES_A_FRAME = 2
_MALLOPT = {"M_ARENA_MAX": (-8, 2), "M_MMAP_THRESHOLD": (-3, 4 << 20), "M_TRIM_THRESHOLD": (-1, 16 << 20)}
"""Number in glibc's malloc.h, and value."""
_COPIES = 3
"""Of the book's sound at once: takes, mastered tracks, packages; with room for one chapter in the making."""


def spare_memory() -> None:
    """Keep memory from growing with the number of chapters on Linux, and from going back and forth.

    The C library gives up to eight heaps a core to threads, and each keeps the largest piece of work that it saw; two
    are enough here. It gives blocks of sound back to the system as soon as they are free, and getting clean pages anew
    for each block took a third of mastering's time. Other C libraries do not do that, or have no such switches.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            libc = ctypes.CDLL(None)
            for number, value in _MALLOPT.values():
                libc.mallopt(number, value)


@contextlib.contextmanager
def sole_build(folder: Path) -> Iterator[None]:
    """Hold the folder's lock; the system lets go of it when the process dies, however it dies.

    Raises:
        OutputError: another build holds it, or the folder cannot be written.
    """
    with sole_writer(folder, "build"):
        sweep(folder)
        yield


@contextlib.contextmanager
def workshop(work: Path) -> Iterator[Path]:
    """Yield a folder of one's own in ``work`` for tracks in the making, and delete those of builds that were killed.

    A lock beside each folder tells the living from the dead: a killed thirty-hour book would leave gigabytes.
    """
    import filelock

    for mark in sorted(work.glob("*.lock")):
        _clear(mark)
    with tempfile.NamedTemporaryFile(prefix="build-", suffix=".lock", dir=work, delete=False) as made:
        mark = Path(made.name)
    folder = mark.with_suffix("")
    with filelock.FileLock(mark):
        make_folder(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    mark.unlink(missing_ok=True)


def _clear(mark: Path) -> None:
    import filelock

    lock = filelock.FileLock(mark, blocking=False)
    with contextlib.suppress(filelock.Timeout, OSError), lock:
        shutil.rmtree(mark.with_suffix(""), ignore_errors=True)
        mark.unlink(missing_ok=True)


def work_folder(plan: Plan, sample_rate: int, out: Path) -> Path:
    """Return the folder for tracks in the making, in the cache, after making sure that the whole book fits.

    Raises:
        OutputError: a disk has too little room, or the folder cannot be made.
    """
    words = sum(count_words(passage.utterance.text) for chapter in plan.chapters for passage in chapter.passages)
    needed = int(words * 60 / WORDS_PER_MINUTE * sample_rate) * _BYTES_A_FRAME * _COPIES
    work = cache_folder() / "work"
    try:
        make_folder(work)
    except OutputError as error:
        remedy = "Set AUDIOBOOK_CACHE to a folder you may write to"
        raise OutputError(error.message, place=error.place, remedy=remedy) from error
    for folder in (work, next(parent for parent in (out, *out.resolve().parents) if parent.is_dir())):
        free = shutil.disk_usage(folder).free
        if free < needed:
            raise OutputError(
                f"the book needs about {_size(needed)} and {_size(free)} are free",
                place=str(folder),
                remedy="Free some space, choose -o DIR on a larger disk, or move the cache with AUDIOBOOK_CACHE",
            )
    return work


def _size(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 10**9 else f"{size / 1e6:.1f} MB"
