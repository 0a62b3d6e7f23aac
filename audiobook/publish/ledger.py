"""Which files a package consists of, so that a later build removes those that it no longer makes."""

from __future__ import annotations

import contextlib
from pathlib import Path

from audiobook.atomic import write_text
from audiobook.audio import Package
from audiobook.names import safe_name

__all__ = ["replace_package"]

_FOLDER = ".audiobook"


def replace_package(folder: Path, slug: str, package: Package) -> None:
    """Note the files of ``package``, and delete those that its last build wrote and this one did not.

    A chapter that was renamed would else lie twice in the folder, and a player would read it twice. Only
    files that this program noted are ever deleted.

    Raises:
        OutputError: the note could not be written.
    """
    # The kind comes first: a long slug is cut, and packages must not share a note.
    note = folder / _FOLDER / safe_name(f"{package.kind}.{slug}", ".files")
    root = folder.resolve()
    names = {path.resolve().relative_to(root).as_posix() for path in package.paths}
    for name in sorted(_noted(note) - names):
        path = (root / name).resolve()
        if path.is_relative_to(root):
            with contextlib.suppress(OSError):
                path.unlink()
    write_text(note, "".join(f"{name}\n" for name in sorted(names)))


def _noted(note: Path) -> set[str]:
    try:
        return set(note.read_text(encoding="utf-8").splitlines())
    except (OSError, UnicodeDecodeError):
        return set()
