"""Where voices are kept, and how their files are trusted.

Voices live in the platform's data folder (``AUDIOBOOK_DATA`` moves it). A model is used only
after its SHA-256 was checked; the result is remembered by size and modification time, so that
starting an engine does not hash a hundred megabytes again.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.metadata
import json
import os
from pathlib import Path
from typing import Any

from audiobook.atomic import write_text
from audiobook.errors import EngineError, OutputError

__all__ = ["check", "data_folder", "digest", "receipt", "sha256", "version"]


def data_folder() -> Path:
    """Return the folder of installed voices, which may not exist yet."""
    moved = os.environ.get("AUDIOBOOK_DATA")
    if moved:
        return Path(moved).expanduser()
    import platformdirs

    return Path(platformdirs.user_data_dir("audiobook", appauthor=False))


def digest(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal; the second call for an unchanged file is instant.

    Raises:
        EngineError: the file cannot be read.
    """
    try:
        status = path.stat()
        return _digest(str(path.resolve()), status.st_size, status.st_mtime_ns)
    except OSError as error:
        raise EngineError(f"cannot be read ({error.strerror or error})", place=str(path)) from error


def check(path: Path, sha256: str, *, remedy: str) -> None:
    """Raise EngineError with ``remedy`` unless the file at ``path`` has the pinned ``sha256``."""
    found = digest(path)
    if found != sha256:
        raise EngineError(
            f"the voice file is damaged or was changed (SHA-256 {found[:12]}... in place of {sha256[:12]}...)",
            place=str(path),
            remedy=remedy,
        )


@functools.lru_cache(maxsize=256)
def _digest(path: str, size: int, mtime_ns: int) -> str:
    memo = _memo(path)
    state = [path, size, mtime_ns]
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(memo.read_text("utf-8"))
        if known["file"] == state and len(known["sha256"]) == 64:
            return str(known["sha256"])
    with Path(path).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    with contextlib.suppress(OutputError):  # a read-only cache folder only costs time
        write_text(memo, json.dumps({"file": state, "sha256": found}))
    return found


def _memo(path: str) -> Path:
    moved = os.environ.get("AUDIOBOOK_CACHE")
    if moved:
        folder = Path(moved).expanduser()
    else:
        import platformdirs

        folder = Path(platformdirs.user_cache_dir("audiobook", appauthor=False))
    return folder / "digests" / f"{hashlib.sha256(path.encode()).hexdigest()[:32]}.json"


def receipt(path: Path) -> dict[str, Any]:
    """What was noted about a voice file when it was installed (licence, source, hash); empty for other files."""
    with contextlib.suppress(OSError, ValueError):
        noted = json.loads(path.with_name(path.name + ".receipt.json").read_text("utf-8"))
        if isinstance(noted, dict):
            return noted
    return {}


def version(distribution: str) -> str:
    """Version of an installed package, empty when it is not installed."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return ""


def sha256(data: bytes) -> str:
    """Return the SHA-256 of bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()
