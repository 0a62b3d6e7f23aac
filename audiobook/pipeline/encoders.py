"""Chapters are encoded as soon as they and their neighbours are mastered, while later ones are still recorded."""

from __future__ import annotations

import contextlib
import dataclasses
import tempfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from audiobook import publish
from audiobook.audio import Audiobook, Track
from audiobook.settings import Settings

__all__ = ["ENCODERS", "Encoders"]

ENCODERS = 2
"""Chapters that are encoded at once, so that no core idles once the last line is spoken."""
_WAITING = 2
"""Chapters that may wait to be encoded: each holds its uncompressed sound on the disk."""


class Encoders:
    """Encodes chapters in the threads of a pool. To be used by one thread."""

    def __init__(self, pool: ThreadPoolExecutor, settings: Settings, store: Path, studio: Path) -> None:
        """Take what all chapters share.

        Args:
            pool: of `ENCODERS` threads.
            settings: of the book.
            store: where encoded chapters are kept.
            studio: where `audiobook.pipeline.masters` leaves uncompressed sound.
        """
        self._pool = pool
        self._settings = settings
        self._store = store
        self._studio = studio
        self._pending: list[Future[None]] = []

    def encode(self, book: Audiobook, index: int) -> None:
        """Order a chapter of ``book`` to be encoded; wait while too many are pending.

        Raises:
            ToolError, OutputError: a chapter that was ordered before could not be encoded.
        """
        self._pending.append(self._pool.submit(self._encode, book, index))
        while len(self._pending) > ENCODERS + _WAITING:
            self._pending.pop(0).result()

    def finish(self) -> None:
        """Wait for all chapters that were ordered; raises as `encode` does."""
        for future in self._pending:
            future.result()

    def _encode(self, book: Audiobook, index: int) -> None:
        with _at_hand(book.tracks[index], self._studio) as track:
            tracks = (*book.tracks[:index], track, *book.tracks[index + 1 :])
            publish.encode_ahead(dataclasses.replace(book, tracks=tracks), index, self._settings, self._store)


@contextlib.contextmanager
def _at_hand(track: Track, studio: Path) -> Iterator[Track]:
    """Lend a track with the uncompressed sound that mastering left of it, where it is still there; then delete that.

    Reading compressed sound takes two thirds of the time of measuring it. Two chapters that sound the same share one
    file: it is moved away first, so that it belongs to one of them.
    """
    with tempfile.TemporaryDirectory(dir=studio) as folder:
        own = Path(folder) / f"{track.path.stem}.wav"
        try:
            (studio / own.name).replace(own)
        except FileNotFoundError:
            yield track
        else:
            yield dataclasses.replace(track, path=own)
