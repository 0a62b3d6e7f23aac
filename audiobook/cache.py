"""The cache: what has been spoken once is never spoken again.

A take's key is the SHA-256 of all that decides its sound. Under the cache folder::

    takes/         what was spoken: 16-bit FLAC, see `audiobook.store`
    masters/       finished chapters, 16-bit FLAC
    encoded/       finished chapters as AAC, MP3, Opus ...
    sessions/      running processes that use the cache

Masters and encoded chapters can be made anew from takes in moments; they are only there to save these.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import io
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import platformdirs
import psutil
import soundfile

from audiobook import atomic
from audiobook.audio import Speech, Take, Utterance, WordTime
from audiobook.errors import OutputError, UsageError
from audiobook.script import Delivery
from audiobook.sharedtakes import SharedTakes, shared_takes
from audiobook.store import Store, digest_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CacheStats", "TakeCache", "cache_folder", "read_take", "take_facts", "take_key"]

_SCHEMA = 1
"""Part of every key: raise it when the meaning of an utterance or the make of a take changes."""
_DELIVERY = tuple(field.name for field in dataclasses.fields(Delivery) if field.name != "gain")
"""What of a delivery is in its sound."""
_DERIVED = ("masters", "encoded")
_HANDICAP_NS = 7 * 86_400 * 10**9
"""What can be made from takes in moments is pruned as if it had been used a week earlier."""


def cache_folder() -> Path:
    """Return the folder of everything that can be made anew: ``AUDIOBOOK_CACHE`` or the platform's cache folder."""
    if override := os.environ.get("AUDIOBOOK_CACHE"):
        return Path(override)
    return Path(platformdirs.user_cache_dir("audiobook", appauthor=False))


def take_key(fingerprint: str, utterance: Utterance, seed: int) -> str:
    """Return the address of an utterance's take: SHA-256 in hex over canonical JSON of `take_facts`."""
    return digest_of(take_facts(fingerprint, utterance, seed))


def take_facts(fingerprint: str, utterance: Utterance, seed: int) -> dict[str, Any]:
    """Return all that decides the sound of a take, as JSON has it.

    Args:
        fingerprint: of the engine and whatever else shapes the sound, see `Engine.fingerprint`.
        utterance: its gain and the offsets of its voice are left out; they are applied later or are in its delivery.
        seed: of everything that the engine draws.
    """
    facts = {
        "schema": _SCHEMA,
        "fingerprint": fingerprint,
        "text": utterance.text,
        "language": utterance.language,
        "voice": [utterance.voice.engine, utterance.voice.name],
        "delivery": {name: float(getattr(utterance.delivery, name)) for name in _DELIVERY},
        "phonemes": utterance.phonemes,
        "seed": seed,
    }
    # Not "foreign": takes under that name were spoken without regard to it.
    return facts | {"tongues": utterance.foreign} if utterance.foreign else facts


def read_take(take: Take) -> NDArray[np.float32]:
    """Return a take's samples, shape (frames,), range [-1, 1].

    Raises:
        OutputError: the sound is gone or not what it was: somebody emptied the cache meanwhile.
    """
    if not take.frames:  # a FLAC file without a frame is no file that libsndfile reads
        return np.zeros(0, np.float32)
    try:
        samples, sample_rate = soundfile.read(take.path, dtype="float32")
    except soundfile.LibsndfileError:
        samples, sample_rate = np.zeros(0, np.float32), take.sample_rate
    if (len(samples), sample_rate) != (take.frames, take.sample_rate):
        raise OutputError(
            "a recorded take is gone",
            place=str(take.path),
            remedy="Run the same command again; only this take is recorded anew",
        )
    return np.asarray(samples, np.float32)


@dataclass(frozen=True, slots=True)
class CacheStats:
    """What a cache holds."""

    folder: Path
    takes: int
    size: int
    """Bytes on disk, sidecars included."""
    seconds: float
    """Of speech."""
    chapters: int = 0
    """Finished chapters, mastered and encoded ones counted apart."""
    chapters_size: int = 0
    """Bytes on disk; not in ``size``."""


class TakeCache:
    """Takes by key. Several processes may read and write one folder at the same time."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = cache_folder() if folder is None else folder
        """Where it lies; nothing is made before the first take is put."""
        self._takes = Store(self.folder / "takes")
        self._stores = (self._takes, *(Store(self.folder / name) for name in _DERIVED))

    @property
    def masters(self) -> Store:
        """Finished chapters."""
        return self._stores[1]

    @property
    def encoded(self) -> Store:
        """Finished chapters as packages hold them."""
        return self._stores[2]

    def get(self, key: str) -> Take | None:
        """Return the take, verified by length and hash, or None; what is corrupt is deleted."""
        kept = self._takes.get(key, ".flac")
        if kept is None:
            return None
        try:
            words = tuple(WordTime(str(text), int(start), int(end)) for text, start, end in kept.note["words"])
            return Take(kept.path, int(kept.note["frames"]), int(kept.note["sample_rate"]), words)
        except (ValueError, TypeError, KeyError):
            self.drop(key)
            return None

    def find(self, key: str) -> Take | None:
        """Return the take like `get`; one that only the machines' shared store has is fetched first."""
        if take := self.get(key):
            return take
        parcel = self._shared.fetch(key) if self._shared else None
        with contextlib.suppress(OutputError):  # a full disk is reported by whoever then speaks the line
            return self.adopt(key, parcel) if parcel else None
        return None

    @functools.cached_property
    def _shared(self) -> SharedTakes | None:
        return shared_takes()

    def put(self, key: str, speech: Speech) -> Take:
        """Store mono sound as 16-bit FLAC and return it as a take.

        Raises:
            OutputError: the folder cannot be written or the disk is full.
        """
        samples = np.round(np.clip(speech.samples, -1.0, 1.0) * 32767.0).astype(np.int16)
        buffer = io.BytesIO()
        soundfile.write(buffer, samples, speech.sample_rate, format="FLAC", subtype="PCM_16")
        note = {
            "frames": len(samples),
            "sample_rate": speech.sample_rate,
            "words": [[word.text, word.start, word.end] for word in speech.words],
        }

        def write(path: Path) -> Mapping[str, Any]:
            with atomic.translated(path.parent):
                path.write_bytes(buffer.getvalue())
            return note

        kept = self._takes.put(key, ".flac", write)
        if self._shared and (parcel := self.pack(key)):
            self._shared.send(key, parcel)
        return Take(kept.path, len(samples), speech.sample_rate, speech.words)

    def pack(self, key: str) -> bytes | None:
        """Return a take as one parcel that another cache can `adopt`; None when there is none."""
        kept = self._takes.get(key, ".flac")
        if kept is None:
            return None
        label = json.dumps({"sha256": kept.digest, **kept.note}, sort_keys=True, separators=(",", ":"))
        return label.encode() + b"\n" + kept.path.read_bytes()

    def adopt(self, key: str, parcel: bytes) -> Take | None:
        """Store a take that another cache has packed; None when the parcel is damaged.

        Raises:
            OutputError: the folder cannot be written or the disk is full.
        """
        label, _, sound = parcel.partition(b"\n")
        try:
            note = dict(json.loads(label))
            whole = hashlib.sha256(sound).hexdigest() == note.pop("sha256")
        except (ValueError, TypeError, KeyError):
            whole = False
        if not whole:
            return None

        def write(path: Path) -> Mapping[str, Any]:
            with atomic.translated(path.parent):
                path.write_bytes(sound)
            return note

        self._takes.put(key, ".flac", write)
        return self.get(key)

    def stamp(self, key: str) -> str | None:
        """Return what changes whenever a take is recorded anew; None when there is none. Its sound is not read."""
        return self._takes.stamp(key)

    def touch(self, key: str) -> None:
        """Note that a take is in use, though something made from it was found."""
        self._takes.touch(key)

    def drop(self, key: str) -> None:
        """Delete an entry; harmless when there is none or it cannot be deleted."""
        self._takes.drop(key)

    def stats(self) -> CacheStats:
        """Count takes, bytes and seconds."""
        takes = size = 0
        seconds = 0.0
        for entry in self._takes.entries():
            note = self._takes.note(entry.key)
            with contextlib.suppress(TypeError, KeyError, ZeroDivisionError):
                seconds += note["frames"] / note["sample_rate"]
                size += entry.size
                takes += 1
        chapters = [entry.size for store in self._stores[1:] for entry in store.entries()]
        return CacheStats(self.folder, takes, size, seconds, len(chapters), sum(chapters))

    def verify(self) -> tuple[str, ...]:
        """Read everything, delete what is corrupt and files that belong to nothing, and return the keys deleted."""
        bad = [key for store in self._stores for key in store.verify()]
        self._sweep()
        return tuple(bad)

    def prune(self, max_size: int) -> int:
        """Delete what was used longest ago until at most ``max_size`` bytes remain.

        Returns:
            The number of bytes freed.

        Raises:
            UsageError: another process uses the cache; its takes must not go.
        """
        if others := self._other_sessions():
            numbers = ", ".join(str(number) for number in others)
            raise UsageError(
                f"the cache is in use by process {numbers}",
                place=str(self.folder),
                remedy="Wait until that build ends and prune again",
            )
        self._sweep()
        aged = [
            (entry.used_ns - (0 if store is self._takes else _HANDICAP_NS), number, entry)
            for number, store in enumerate(self._stores)
            for entry in store.entries()
        ]
        excess = sum(entry.size for _, _, entry in aged) - max_size
        freed = 0
        for _, number, entry in sorted(aged, key=lambda each: (each[0], each[1], each[2].key)):
            if freed >= excess:
                break
            self._stores[number].drop(entry.key)
            freed += entry.size
        return freed

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """State for as long as the block runs that this process uses the cache, so nothing is pruned under it.

        Raises:
            SettingsError: the machines' shared store cannot be opened.
        """
        self._shared  # noqa: B018 - found out now rather than in the middle of a book
        path = self.folder / "sessions" / f"{os.getpid()}-{uuid.uuid4().hex[:8]}.json"
        atomic.write_text(path, json.dumps({"started": psutil.Process().create_time()}))
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _other_sessions(self) -> list[int]:
        alive = []
        for path in sorted((self.folder / "sessions").glob("*.json")):
            owner = path.stem.partition("-")[0]
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError, psutil.Error):
                number = int(owner)
                started = float(json.loads(path.read_bytes())["started"])
                # The start time tells a live build from a stranger that was given a dead build's number.
                if number != os.getpid() and abs(psutil.Process(number).create_time() - started) < 2.0:
                    alive.append(number)
                    continue
            if owner != str(os.getpid()):
                path.unlink(missing_ok=True)
        return list(dict.fromkeys(alive))

    def _sweep(self) -> None:
        """Delete what processes that were killed have left."""
        if not self._other_sessions():
            for store in self._stores:
                store.sweep()
