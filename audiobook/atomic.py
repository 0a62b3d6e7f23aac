"""Files appear whole or not at all: temp in the same folder, fsync, rename."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from audiobook.errors import OutputError

__all__ = ["FULL", "PARTIAL", "make_folder", "output_path", "sweep", "write_bytes", "write_text"]

PARTIAL = ".audiobook-partial-"
"""How the name of everything begins that is not finished yet."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors of a disk, or a share of one, without room."""
_DEPTH = ("", "*/", "*/*/")
"""Folders that a build writes into, below the one it was given."""


@contextlib.contextmanager
def output_path(final: Path, *, flush: bool = True) -> Iterator[Path]:
    """Yield a temporary path beside ``final`` (same suffix); on success it becomes ``final``.

    On any failure the temporary file is removed and ``final`` keeps what it held.

    Args:
        final: where the file is to be.
        flush: wait until the disk has it. Leave it out only for what is verified when read
            and cheaply made anew: a power cut may then leave an empty file.

    Raises:
        OutputError: the folder or file cannot be written, or the disk is full.
    """
    make_folder(final.parent)
    with translated(final):
        handle, name = tempfile.mkstemp(prefix=PARTIAL, suffix=final.suffix, dir=final.parent)
        os.close(handle)
    temporary = Path(name)
    try:
        yield temporary
        with translated(final):
            if flush:
                _flush(temporary)
            temporary.chmod(0o644)
            temporary.replace(final)
            if flush:
                _flush_folder(final.parent)
    finally:
        temporary.unlink(missing_ok=True)


def write_bytes(final: Path, data: bytes, *, flush: bool = True) -> None:
    """Write ``data`` to ``final`` in one step, ``flush`` as in `output_path`; raise OutputError when that fails."""
    with output_path(final, flush=flush) as temporary, translated(final):
        temporary.write_bytes(data)


def write_text(final: Path, text: str) -> None:
    r"""Write UTF-8 with ``\\n`` line ends to ``final`` in one step; raise OutputError when that fails."""
    write_bytes(final, text.encode("utf-8"))


def make_folder(folder: Path) -> None:
    """Make ``folder`` and its parents; raise OutputError when that fails."""
    with translated(folder):
        folder.mkdir(parents=True, exist_ok=True)


@contextlib.contextmanager
def sole_writer(folder: Path, what: str) -> Iterator[Path]:
    """Hold the lock of a ``what`` (build, batch) in ``folder`` and yield the hidden folder for its notes.

    The system lets go of the lock when the process dies, however it dies.

    Raises:
        OutputError: another one holds it, or the folder cannot be written.
    """
    import filelock  # only what writes a whole folder needs it

    place = folder / ".audiobook"
    make_folder(place)
    lock = filelock.FileLock(place / f"{what}.lock", blocking=False)
    with translated(place):
        try:
            lock.acquire()
        except filelock.Timeout as error:
            raise OutputError(
                f"another {what} is writing here",
                place=str(folder),
                remedy="Wait for it, or choose another folder with -o DIR",
            ) from error
    try:
        yield place
    finally:
        lock.release()


def sweep(folder: Path) -> None:
    """Delete what writers that were killed left in ``folder``; call it only where no other process writes."""
    for path in [path for depth in _DEPTH for path in folder.glob(f"{depth}{PARTIAL}*")]:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                path.unlink()


@contextlib.contextmanager
def translated(place: Path) -> Iterator[None]:
    """Turn an OSError of writing into an OutputError that names ``place`` and the remedy."""
    try:
        yield
    except OSError as error:
        raise OutputError(_reason(error), place=str(place), remedy=_remedy(error)) from error


def _reason(error: OSError) -> str:
    return f"cannot be written ({error.strerror or error})"


def _remedy(error: OSError) -> str:
    if error.errno in FULL:
        return "Free some disk space and run the same command again; finished takes are kept"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "Choose a folder you may write to with -o DIR"
    return "Choose another place with -o DIR"


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    # Without it a power cut may undo the rename; Windows cannot open folders, some file systems refuse.
    if os.name == "posix":
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
