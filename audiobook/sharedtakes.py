"""Takes that several machines share: an object store, or any other place that fsspec knows by a URL.

It only saves work. What cannot be fetched is spoken, what cannot be sent stays on this machine, and what comes is
proved before it is used; so a store that is slow, down or full never costs a book.
"""

from __future__ import annotations

import contextlib
import os
from typing import Any

from audiobook.errors import SettingsError

__all__ = ["VARIABLE", "SharedTakes", "shared_takes"]

VARIABLE = "AUDIOBOOK_SHARED_CACHE"


class SharedTakes:
    """Parcels of takes by key, one object each."""

    def __init__(self, url: str) -> None:
        """Open the place behind ``url``, such as ``s3://bucket/takes`` or ``file:///mnt/takes``.

        Raises:
            SettingsError: fsspec, or what it needs for this kind of URL, is not installed, or there is no such kind.
        """
        try:
            import fsspec

            self._files: Any
            self._files, self._root = fsspec.core.url_to_fs(url, auto_mkdir=True)
        except (ImportError, ValueError) as error:
            raise SettingsError(
                f"{url} cannot be used ({error})",
                place=VARIABLE,
                remedy="Run: pip install 'audiobook[cluster]' and what fsspec names for this kind, such as s3fs",
            ) from error

    def fetch(self, key: str) -> bytes | None:
        """Return a parcel, unproved; None when there is none or it cannot be had."""
        try:
            return bytes(self._files.cat_file(self._path(key)))
        except OSError:
            return None

    def send(self, key: str, parcel: bytes) -> None:
        """Store a parcel unless there is one; it may fail without harm."""
        with contextlib.suppress(OSError):
            if not self._files.exists(self._path(key)):
                self._files.pipe_file(self._path(key), parcel)

    def _path(self, key: str) -> str:
        return f"{self._root}/{key[:2]}/{key}.take"


def shared_takes() -> SharedTakes | None:
    """Return the store that ``AUDIOBOOK_SHARED_CACHE`` names, if any.

    Raises:
        SettingsError: it cannot be used.
    """
    url = os.environ.get(VARIABLE, "")
    return SharedTakes(url) if url else None
