"""The ``pyttsx3`` engine: the voices of the operating system, or eSpeak NG.

pyttsx3 runs in a process of its own (`audiobook.engines.speaker`) that is killed when it hangs.
It is given one sentence at a time, and what it wrote is believed only when its length fits.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from audiobook.audio import Speech, Utterance
from audiobook.engines import store
from audiobook.engines.base import EngineStatus, Gender, Timings, VoiceInfo, speakable, unknown_voice
from audiobook.engines.speaker import foreign
from audiobook.engines.words import estimate
from audiobook.errors import EngineError
from audiobook.script import Delivery
from audiobook.spoken.ipa import respell, to_espeak
from audiobook.spoken.tongues import other_pieces, phrases, said_by, voice_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Pyttsx3Engine", "status"]

_RATE = 22_050
_WPM = {"espeak": 175, "nsss": 175, "sapi5": 157}
"""Words a minute that a driver is asked for at rate 1: eSpeak's and Apple's defaults, and SAPI's speed 0."""
_HEARD_WPM = {"espeak": 202}
"""Words a minute that were measured while speaking at rate 1: fewer pauses than the driver's own figure counts."""
_WPM_LIMITS = (80, 450)
"""What eSpeak accepts; the other drivers accept more."""
_PITCH_PER_SEMITONE = 5.9
"""Steps of eSpeak's pitch (0 to 99, 50 is normal); measured as 0.17 semitones a step between 30 and 80."""
_PITCH_PER_RANGE = 0.3
"""Steps of pitch to take back for each step of eSpeak's range, which raises the median too (measured)."""
_VARIANTS = ("f2", "f3", "f4", "f5", "m3", "m7")
"""eSpeak variants that are listed for every voice; all others are accepted too."""
_UNREAD = {
    "ja": "knows kana only and says “Chinese letter” for every kanji",
    "he": "knows no vowels that are not written",
}
"""Language -> why eSpeak NG's voice is no reader of it."""
_PIECE = 400
"""Longest text for one call, in characters; longer ones were seen to come back cut."""
_TRIES = 3
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=\S)")
_CLAUSE_END = re.compile(r"(?<=[,;:—–])\s+|\s+")


def status() -> EngineStatus:
    """Look for the packages, without starting anything."""
    missing = [name for name in ("pyttsx3", *(("espeakng-loader",) if _espeak() else ())) if not store.version(name)]
    if missing:
        detail = f"{' and '.join(missing)} is not installed"
        return EngineStatus("pyttsx3", installed=False, detail=detail, remedy=f"pip install {' '.join(missing)}")
    return EngineStatus("pyttsx3", installed=True, detail="eSpeak NG" if _espeak() else "voices of the system")


def _espeak() -> bool:
    return sys.platform not in {"darwin", "win32"}


class Pyttsx3Engine:
    """Speaks through pyttsx3 in a process that can be killed."""

    name = "pyttsx3"
    timings: Timings = "estimated"

    def __init__(self) -> None:
        self.honours = frozenset({"rate", "pitch", "pitch_range"} if _espeak() else {"rate"})
        self.deterministic = _espeak()
        self._speaker: _Speaker | None = None
        self._listing: dict[str, Any] | None = None
        self._folder = tempfile.TemporaryDirectory(prefix="audiobook-pyttsx3-")

    def voices(self) -> tuple[VoiceInfo, ...]:
        """List the system's voices, English ones first; eSpeak's with their main variants."""
        listing = self._list()
        infos = []
        for voice in sorted(listing["voices"], key=_preference):
            info = _info(voice, listing["driver"])
            infos.append(info)
            if listing["driver"] == "espeak":
                infos.extend(_variant(info, variant) for variant in _VARIANTS)
        return tuple(infos)

    def describe(self, voice: str) -> VoiceInfo:
        """Facts of a voice by any of its names; raise VoiceError for an unknown voice."""
        wanted, _, variant = self._resolve(voice).partition("+")
        found = next(entry for entry in self._list()["voices"] if entry["id"] == wanted)
        info = _info(found, self._list()["driver"])
        return _variant(info, variant) if variant else info

    def sample_rate(self, voice: str) -> int:
        """22,050 Hz; raise VoiceError for an unknown voice."""
        self._resolve(voice)
        return _RATE

    def fingerprint(self, voice: str) -> str:
        """Versions of pyttsx3 and of what it drives, and the voice as the driver names it."""
        listing = self._list()
        below = f"{listing['driver']} {listing['version']}"
        return f"pyttsx3 {store.version('pyttsx3')} {below} {self._resolve(voice)} 2"

    def speak(self, utterance: Utterance) -> Speech:
        """Speak sentence by sentence.

        Raises:
            VoiceError: the voice is not there.
            EngineError: a sentence gave no or too little sound on every try.
        """
        import numpy as np

        voice = self._resolve(utterance.voice.name)
        pieces = [piece for piece in _pieces(_marked(utterance, self._language(voice))) if speakable(piece)]
        if not pieces:
            return Speech(np.zeros(0, np.float32), _RATE)
        parts = [self._piece(piece, voice, utterance.delivery) for piece in pieces]
        samples = np.concatenate(parts)
        return Speech(samples, _RATE, estimate(utterance.text, samples, _RATE))

    def close(self) -> None:
        """End the process and remove the temporary folder."""
        if self._speaker:
            self._speaker.kill()
            self._speaker = None
        self._folder.cleanup()

    def _list(self) -> dict[str, Any]:
        if self._listing is None:
            self._listing = self._ask({"do": "voices"}, 60)
        return self._listing

    def _resolve(self, name: str) -> str:
        """Driver's identifier of the voice a user names by our name, its display name or its language."""
        listing = self._list()
        base, _, variant = name.partition("+")
        names = {}
        for voice in sorted(listing["voices"], key=_preference, reverse=True):
            for alias in (voice["language"], voice["name"], voice["id"], _name(voice, listing["driver"])):
                names[alias.lower()] = voice["id"]
        found = names.get(base.lower())
        variants = {entry["id"].lower(): entry["id"] for entry in listing["variants"]}
        if found is None or (variant and variant.lower() not in variants):
            known = [*(_name(voice, listing["driver"]) for voice in listing["voices"]), *names]
            raise unknown_voice(self.name, name, [*known, *(f"{base}+{entry}" for entry in variants if found)])
        return f"{found}+{variants[variant.lower()]}" if variant else found

    def _language(self, voice: str) -> str:
        """Return the language of a voice that `_resolve` named; English where the driver does not say."""
        plain = voice.partition("+")[0]
        return next((_language(each["language"]) for each in self._list()["voices"] if each["id"] == plain), "") or "en"

    def _piece(self, text: str, voice: str, delivery: Delivery) -> NDArray[np.float32]:
        path = Path(self._folder.name) / "piece.wav"
        driver = self._list()["driver"]
        pitch_range = _clamp(round(50 * delivery.pitch_range), 0, 99)
        pitch = 50 + _PITCH_PER_SEMITONE * delivery.pitch - _PITCH_PER_RANGE * (pitch_range - 50)
        request = {
            "do": "speak",
            "text": text,
            "voice": voice,
            "rate": _clamp(round(_WPM[driver] * delivery.rate), *_WPM_LIMITS),
            "pitch": _clamp(round(pitch), 0, 99),
            "range": pitch_range,
            "path": str(path),
        }
        problem = ""
        for _ in range(_TRIES):
            path.unlink(missing_ok=True)
            try:
                self._ask(request, 30 + len(text) / 5)
                return _read(path, _least_frames(text, delivery.rate))
            except EngineError as error:
                problem = error.message
        raise EngineError(
            f"pyttsx3 did not speak {text[:40]!r} ({problem})", remedy="Choose another voice, or --engine piper"
        )

    def _ask(self, request: dict[str, Any], timeout_s: float) -> Any:
        if self._speaker is None:
            self._speaker = _Speaker()
        try:
            return self._speaker.ask(request, timeout_s)
        except _HungError as error:
            self._speaker.kill()
            self._speaker = None
            raise EngineError(str(error), remedy="Run: audiobook doctor") from error


class _HungError(Exception):
    """The process ended or gave no answer in time."""


class _Speaker:
    """The process that holds pyttsx3."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "audiobook.engines.speaker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for us; and its forks can be killed with it
        )
        self._answers: queue.Queue[str] = queue.Queue()
        assert self._process.stdout
        threading.Thread(target=_pump, args=(self._process.stdout, self._answers), daemon=True).start()

    def ask(self, request: dict[str, Any], timeout_s: float) -> Any:
        """Send a request and return its result; raise EngineError when it failed, _HungError when nothing came."""
        assert self._process.stdin
        try:
            self._process.stdin.write(json.dumps(request) + "\n")
            self._process.stdin.flush()
            line = self._answers.get(timeout=timeout_s)
        except OSError as error:
            msg = "the pyttsx3 process ended"
            raise _HungError(msg) from error
        except queue.Empty as error:
            msg = f"pyttsx3 gave no answer in {timeout_s:.0f} s and was stopped"
            raise _HungError(msg) from error
        if not line:
            msg = "the pyttsx3 process ended"
            raise _HungError(msg)
        answer = json.loads(line)
        if "error" in answer:
            raise EngineError(f"pyttsx3 failed: {answer['error']}", remedy="Run: audiobook doctor")
        return answer["result"]

    def kill(self) -> None:
        """End the process and everything it started."""
        if hasattr(os, "killpg"):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                with contextlib.suppress(OSError):
                    stream.close()


def _pump(stream: IO[str], answers: queue.Queue[str]) -> None:
    with contextlib.suppress(ValueError, OSError):  # the stream is closed when the process is killed
        for line in stream:
            answers.put(line)
    answers.put("")


def _read(path: Path, least_frames: int) -> NDArray[np.float32]:
    """Read a WAV, or the AIFF that macOS writes under that name; raise EngineError when it is too short."""
    import numpy as np
    import soundfile

    try:
        samples, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (soundfile.LibsndfileError, OSError) as error:
        raise EngineError("no sound file was written") from error
    mono = np.ascontiguousarray(samples[:, 0])
    if rate != _RATE:
        import soxr

        mono = soxr.resample(mono, rate, _RATE).astype(np.float32)
    if len(mono) < least_frames:
        raise EngineError(f"{len(mono) / _RATE:.1f} s of sound are too few")
    clipped: NDArray[np.float32] = np.clip(mono, -1, 1)
    return clipped


def _least_frames(text: str, rate: float) -> int:
    # Nobody speaks 40 letters a second; shorter means that words are missing.
    letters = sum(character.isalnum() for character in text)
    return round(_RATE * letters / 40 / max(rate, 1.0))


def _pieces(text: str) -> list[str]:
    """Cut at sentence ends, and sentences that are too long at clauses or else at spaces."""
    pieces = []
    for sentence in _SENTENCE_END.split(text):
        rest = sentence.strip()
        while len(rest) > _PIECE:
            cuts = list(_CLAUSE_END.finditer(rest, _PIECE // 2, _PIECE))
            clauses = [cut for cut in cuts if rest[cut.start() - 1] in ",;:—–"]
            at = (clauses or cuts)[-1].start() if cuts else _PIECE
            pieces.append(rest[:at].strip())
            rest = rest[at:].strip()
        pieces.append(rest)
    return pieces


def _marked(utterance: Utterance, own: str) -> str:
    """Text in which given phonemes are eSpeak's mnemonics, or respelt for drivers that have no alphabet.

    What is in another language than the voice's ``own`` is marked for eSpeak, or respelt too; of the other systems'
    voices only words inside a text, for they read names of many languages.
    """
    text = utterance.text
    given = [
        (start, end, f"[[{to_espeak(ipa)}]]" if _espeak() else respell(ipa)) for start, end, ipa in utterance.phonemes
    ]
    language = utterance.language if _espeak() else own
    pieces = other_pieces(text, language, own, utterance.foreign, utterance.phonemes)
    given += [(start, end, _foreign(text[start:end], tongue)) for start, end, tongue in pieces]
    parts: list[str] = []
    at = 0
    for start, end, said in sorted(given):
        parts.extend((_plain(text[at:start]), said or _plain(text[start:end])))
        at = end
    parts.append(_plain(text[at:]))
    return "".join(parts)


def _foreign(text: str, language: str) -> str:
    """Mark words of another language for eSpeak, phrase by phrase, or respell them for the other drivers."""
    voice, pieces = voice_of(language), phrases(text)
    for place, piece in enumerate(pieces):
        if place % 2 or not speakable(piece):
            pieces[place] = _plain(piece)
        elif _espeak():
            pieces[place] = foreign(_plain(piece), voice)
        else:
            pieces[place] = respell(said_by(piece, language, "en-us")) or _plain(piece)
    return "".join(pieces)


def _plain(text: str) -> str:
    # Controls and line ends would end a request of some drivers; [[ starts phonemes in eSpeak.
    text = "".join(" " if ord(character) < 32 or 0xD800 <= ord(character) < 0xE000 else character for character in text)
    while "[[" in text:
        text = text.replace("[[", "[ [")
    return text


def _clamp(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


def _preference(voice: dict[str, str]) -> tuple[int, str]:
    order = ("en-us", "en_us", "en-gb", "en_gb")
    language = voice["language"].lower()
    rank = order.index(language) if language in order else (8 if language.startswith("en") else 9)
    return rank, voice["id"].lower()


def _name(voice: dict[str, str], driver: str) -> str:
    # SAPI's identifiers are paths of the registry; their last part is as stable and can be typed.
    return voice["id"].rpartition("\\")[2] if driver == "sapi5" else voice["id"].lower()


def _info(voice: dict[str, str], driver: str) -> VoiceInfo:
    gender: Gender = "female" if "female" in voice["gender"].lower() else "unknown"
    if gender == "unknown" and "male" in voice["gender"].lower():
        gender = "male"
    free = driver == "espeak"
    language = _language(voice["language"])
    unread = _UNREAD.get(language, "") if free else ""
    note = voice["name"] if free else f"{voice['name']}; the system's licence says what recordings may be used for"
    return VoiceInfo(
        "pyttsx3",
        _name(voice, driver),
        language,
        gender,
        licence="GPL-3.0-or-later" if free else "of the operating system",
        commercial=True if free else None,
        note=f"{note}; {unread}" if unread else note,
        words_per_minute=_HEARD_WPM.get(driver, 0),
        fluent=not unread,
    )


def _variant(base: VoiceInfo, variant: str) -> VoiceInfo:
    gender: Gender = "female" if variant.startswith("f") else "male"
    return dataclasses.replace(
        base, name=f"{base.name}+{variant}", gender=gender, note=f"{base.note}, variant {variant}"
    )


def _language(code: str) -> str:
    """Spell a driver's code as BCP 47: en_US and en-us are en-US."""
    head, *tail = code.replace("_", "-").split("-")
    return "-".join([head.lower(), *(part.upper() if len(part) == 2 else part for part in tail)])
