"""The store of takes: what has been spoken once is never spoken again.

A take's key is the SHA-256 of all that decides its sound. Under the cache folder::

    takes/3f/3f9c...e1.json              sidecar: hash, frames, sample rate, word times
    takes/3f/3f9c...e1-77ab01cd.flac     16-bit sound, named after its own hash
    sessions/4711.json                   a running process that uses the cache

An entry counts only when its sidecar exists and the sound has the length and hash that the sidecar
states, so a file that a crash cut short is made anew instead of being used. The sound's name holds
its hash: two processes that record the same utterance at once cannot mix their files.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import platformdirs
import psutil
import soundfile

from audiobook import atomic
from audiobook.audio import Speech, Take, Utterance, WordTime
from audiobook.errors import OutputError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CacheStats", "TakeCache", "cache_folder", "read_take", "take_key"]

_SCHEMA = 1
"""Part of every key: raise it when the meaning of an utterance or the make of a take changes."""


def cache_folder() -> Path:
    """Return the folder of everything that can be made anew: ``AUDIOBOOK_CACHE`` or the platform's cache folder."""
    if override := os.environ.get("AUDIOBOOK_CACHE"):
        return Path(override)
    return Path(platformdirs.user_cache_dir("audiobook", appauthor=False))


def take_key(fingerprint: str, utterance: Utterance, seed: int) -> str:
    """Return the address of an utterance's take: SHA-256 in hex over canonical JSON.

    Args:
        fingerprint: of the engine and whatever else shapes the sound, see `Engine.fingerprint`.
        utterance: its gain and the offsets of its voice are left out; they are applied later or are in its delivery.
        seed: of everything that the engine draws.
    """
    delivery = dataclasses.asdict(utterance.delivery)
    del delivery["gain"]
    content = {
        "schema": _SCHEMA,
        "fingerprint": fingerprint,
        "text": utterance.text,
        "language": utterance.language,
        "voice": [utterance.voice.engine, utterance.voice.name],
        "delivery": {name: float(value) for name, value in delivery.items()},
        "phonemes": utterance.phonemes,
        "seed": seed,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


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


class TakeCache:
    """Takes by key. Several processes may read and write one folder at the same time."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = cache_folder() if folder is None else folder
        """Where it lies; nothing is made before the first take is put."""

    def get(self, key: str) -> Take | None:
        """Return the take, verified by length and hash, or None; what is corrupt is deleted."""
        sidecar = self._sidecar(key)
        try:
            entry = json.loads(sidecar.read_bytes())
            sound = self._sound(key, str(entry["sha256"]))
            take = Take(
                sound,
                int(entry["frames"]),
                int(entry["sample_rate"]),
                tuple(WordTime(str(text), int(start), int(end)) for text, start, end in entry["words"]),
            )
            whole = hashlib.sha256(sound.read_bytes()).hexdigest() == entry["sha256"]
        except FileNotFoundError:
            # No sidecar: never recorded, or another process is about to finish it. No sound: somebody deleted it.
            return None
        except (OSError, ValueError, TypeError, KeyError):
            whole = False
        if not whole:
            self.drop(key)
            return None
        with contextlib.suppress(OSError):  # a read-only cache still serves; it only forgets when it was used
            os.utime(sidecar)
        return take

    def put(self, key: str, speech: Speech) -> Take:
        """Store mono sound as 16-bit FLAC and return it as a take.

        Raises:
            OutputError: the folder cannot be written or the disk is full.
        """
        samples = np.round(np.clip(speech.samples, -1.0, 1.0) * 32767.0).astype(np.int16)
        buffer = io.BytesIO()
        soundfile.write(buffer, samples, speech.sample_rate, format="FLAC", subtype="PCM_16")
        data = buffer.getvalue()
        digest = hashlib.sha256(data).hexdigest()
        entry = {
            "sha256": digest,
            "frames": len(samples),
            "sample_rate": speech.sample_rate,
            "words": [[word.text, word.start, word.end] for word in speech.words],
        }
        sound = self._sound(key, digest)
        try:
            # Not flushed to the disk: entries are verified when read, and waiting for the disk would idle a core.
            atomic.write_bytes(sound, data, flush=False)
            atomic.write_bytes(self._sidecar(key), json.dumps(entry, sort_keys=True).encode(), flush=False)
        except OutputError:
            # Windows refuses to replace a file that another process reads at that moment: then its take is there.
            if theirs := self.get(key):
                return theirs
            raise
        return Take(sound, len(samples), speech.sample_rate, speech.words)

    def drop(self, key: str) -> None:
        """Delete an entry; harmless when there is none or it cannot be deleted."""
        sidecar = self._sidecar(key)
        for path in (sidecar, *sidecar.parent.glob(f"{key}-*.flac")):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def stats(self) -> CacheStats:
        """Count takes, bytes and seconds."""
        takes = size = 0
        seconds = 0.0
        for _, sidecar in self._entries():
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError, ZeroDivisionError):
                entry = json.loads(sidecar.read_bytes())
                sound = self._sound(sidecar.stem, str(entry["sha256"]))
                size += sidecar.stat().st_size + sound.stat().st_size
                seconds += entry["frames"] / entry["sample_rate"]
                takes += 1
        return CacheStats(self.folder, takes, size, seconds)

    def verify(self) -> tuple[str, ...]:
        """Read every take, delete the corrupt ones and files that belong to none, and return the keys deleted."""
        bad = [sidecar.stem for _, sidecar in self._entries() if self._is_broken(sidecar.stem)]
        self._sweep()
        return tuple(bad)

    def prune(self, max_size: int) -> int:
        """Delete the takes that were used longest ago until at most ``max_size`` bytes remain.

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
            (used, sidecar.stem, sum(path.stat().st_size for path in (sidecar, *self._sounds(sidecar.stem))))
            for used, sidecar in self._entries()
        ]
        excess = sum(size for _, _, size in aged) - max_size
        freed = 0
        for _, key, size in sorted(aged):
            if freed >= excess:
                break
            self.drop(key)
            freed += size
        return freed

    @contextlib.contextmanager
    def session(self) -> Iterator[None]:
        """State for as long as the block runs that this process uses the cache, so nothing is pruned under it."""
        path = self.folder / "sessions" / f"{os.getpid()}.json"
        atomic.write_text(path, json.dumps({"started": psutil.Process().create_time()}))
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _other_sessions(self) -> list[int]:
        alive = []
        for path in sorted((self.folder / "sessions").glob("*.json")):
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError, psutil.Error):
                number = int(path.stem)
                started = float(json.loads(path.read_bytes())["started"])
                # The start time tells a live build from a stranger that was given a dead build's number.
                if number != os.getpid() and abs(psutil.Process(number).create_time() - started) < 2.0:
                    alive.append(number)
                    continue
            if path.stem != str(os.getpid()):
                path.unlink(missing_ok=True)
        return alive

    def _is_broken(self, key: str) -> bool:
        used = self._sidecar(key).stat()
        if self.get(key) is None:
            self.drop(key)
            return True
        with contextlib.suppress(OSError):  # looking at it is not using it
            os.utime(self._sidecar(key), ns=(used.st_atime_ns, used.st_mtime_ns))
        return False

    def _sweep(self) -> None:
        """Delete sounds that no sidecar names and temporary files, left by processes that were killed."""
        if self._other_sessions():
            return
        named = set()
        for _, sidecar in self._entries():
            with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
                named.add(self._sound(sidecar.stem, str(json.loads(sidecar.read_bytes())["sha256"])).name)
        for path in self._takes().glob("*/*"):
            if path.name.startswith(".") or (path.suffix == ".flac" and path.name not in named):
                path.unlink(missing_ok=True)

    def _entries(self) -> Iterator[tuple[int, Path]]:
        """Yield when an entry was last used, in nanoseconds, and its sidecar, in the order of keys."""
        for sidecar in sorted(self._takes().glob("??/*.json")):
            if not sidecar.name.startswith("."):
                with contextlib.suppress(FileNotFoundError):
                    yield sidecar.stat().st_mtime_ns, sidecar

    def _takes(self) -> Path:
        return self.folder / "takes"

    def _sidecar(self, key: str) -> Path:
        return self._takes() / key[:2] / f"{key}.json"

    def _sound(self, key: str, digest: str) -> Path:
        return self._takes() / key[:2] / f"{key}-{digest[:8]}.flac"

    def _sounds(self, key: str) -> list[Path]:
        return sorted((self._takes() / key[:2]).glob(f"{key}-*.flac"))
