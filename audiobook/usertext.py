"""Text files that users write (settings, scripts, lexicons): read whole, under limits, never waiting for a pipe."""

from __future__ import annotations

import errno
import os
import stat
import tomllib
from pathlib import Path
from typing import Any

__all__ = ["parse_toml", "read_user_file", "reason"]

_LARGEST = 64_000_000
"""Bytes; the script of a very long novel has about 10 MB."""


def read_user_file(path: Path) -> bytes:
    """Read a regular file.

    Raises:
        OSError: it is missing, unreadable, a folder, a pipe or a device, or larger than 64 MB.
    """
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "it is a folder", str(path))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", str(path))
    if status.st_size > _LARGEST:
        raise OSError(errno.EFBIG, "it is larger than 64 MB", str(path))
    return path.read_bytes()


def parse_toml(text: str) -> dict[str, Any]:
    """Parse TOML; raise tomllib.TOMLDecodeError, also for values nested so deep that Python gives up."""
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise tomllib.TOMLDecodeError("values are nested too deep") from error


def reason(error: OSError | UnicodeDecodeError) -> str:
    """Say in words why a file cannot be read."""
    if isinstance(error, UnicodeDecodeError):
        return "it is not UTF-8 text"
    return error.strerror or os.strerror(error.errno or errno.EIO)
