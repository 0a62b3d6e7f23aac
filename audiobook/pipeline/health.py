"""What is installed here: engines, ffmpeg, folders."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import shutil
from dataclasses import asdict, dataclass
from typing import Any

from audiobook import ffmpeg, hearing
from audiobook.atomic import make_folder
from audiobook.cache import TakeCache, cache_folder
from audiobook.engines import available, device
from audiobook.errors import AudiobookError, EngineError, ToolError

__all__ = ["Finding", "examine"]

_LITTLE_SPACE = 2_000_000_000
"""Bytes; a ten-hour book wants about this much beside its packages."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part and whether it can be used."""

    name: str
    ok: bool
    detail: str
    remedy: str = ""
    speaks: bool = False
    """It is an engine with voices of its own sound."""
    optional: bool = False
    """A build does without it; it is no fault when it is missing."""

    def as_json(self) -> dict[str, Any]:
        """Return the object that ``doctor --json`` prints."""
        return asdict(self)


def examine() -> tuple[Finding, ...]:
    """Look at every part that a build needs; no model is loaded and nothing fetched."""
    engines = tuple(
        Finding(f"engine {status.name}", status.installed, status.detail, status.remedy, status.name != "silent")
        for status in available()
    )
    return (*engines, *_devices(), _ffmpeg(), _recognizer(), _dask(), _cache())


def _devices() -> tuple[Finding, ...]:
    """Where neural voices can run; what is missing is no fault, as the processor always serves."""
    if not device.runtime():
        return ()
    found = [name for name in ("cpu", *device.PROVIDERS) if device.usable(name)]
    return (Finding("devices", ok=True, detail=f"{', '.join(found)} ({device.runtime()})"),)


def _ffmpeg() -> Finding:
    try:
        return Finding("ffmpeg", ok=True, detail=ffmpeg.version())
    except ToolError as error:
        return Finding("ffmpeg", ok=False, detail=error.message, remedy=error.remedy)


def _recognizer() -> Finding:
    try:
        return Finding("recognizer", ok=True, detail=f"{hearing.require()}, for --listen", optional=True)
    except EngineError as error:
        detail = f"{error.message}; --listen wants it"
        return Finding("recognizer", ok=False, detail=detail, remedy=error.remedy, optional=True)


def _dask() -> Finding:
    if importlib.util.find_spec("distributed"):
        detail = f"distributed {importlib.metadata.version('distributed')}, for batch --dask"
        return Finding("dask", ok=True, detail=detail, optional=True)
    remedy = 'pip install "audiobook[cluster]"'
    return Finding("dask", ok=False, detail="not installed; batch --dask wants it", remedy=remedy, optional=True)


def _cache() -> Finding:
    folder = cache_folder()
    try:
        make_folder(folder)
        stats = TakeCache().stats()
        free = shutil.disk_usage(folder).free
    except (AudiobookError, OSError) as error:
        return Finding("cache", ok=False, detail=str(error), remedy="Set AUDIOBOOK_CACHE to a folder you may write to")
    detail = f"{folder}: {stats.takes} takes, {stats.size / 1e6:.0f} MB; {free / 1e9:.1f} GB free"
    remedy = "Little disk space is left; set AUDIOBOOK_CACHE to a larger disk" if free < _LITTLE_SPACE else ""
    return Finding("cache", ok=True, detail=detail, remedy=remedy)
