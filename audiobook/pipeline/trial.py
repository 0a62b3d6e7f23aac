"""One text, one voice, one file: for trying voices."""

from __future__ import annotations

import dataclasses
import shutil
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

from audiobook import ffmpeg
from audiobook.atomic import make_folder, output_path
from audiobook.audio import Track
from audiobook.book import Metadata
from audiobook.cache import TakeCache, cache_folder
from audiobook.engines import all_voices
from audiobook.engines.base import fitting
from audiobook.errors import RecordingError, ToolError, UsageError
from audiobook.levels import by_voice, calibration_utterances
from audiobook.pipeline.planning import make_plan
from audiobook.pipeline.voices import require_voices, resolve_engine
from audiobook.record import open_recorder
from audiobook.script import NARRATOR, Line, Scene, Script, ScriptChapter, ScriptParagraph, Voice
from audiobook.scriptfile import parse_cue
from audiobook.settings import Settings
from audiobook.stitch import stitch

__all__ = ["perform", "play", "speak_text"]

_ENCODERS = {
    ".wav": ("wav", ("-c:a", "pcm_s16le")),
    ".mp3": ("mp3", ("-c:a", "libmp3lame", "-b:a", "192k")),
    ".flac": ("flac", ("-c:a", "flac")),
    ".m4a": ("ipod", ("-c:a", "aac", "-b:a", "128k")),
    ".opus": ("ogg", ("-c:a", "libopus", "-b:a", "48k")),
}
"""Suffix -> container and codec of a trial."""

_BLOCK = 1 << 16

_PLAYERS = (
    ("afplay",),
    ("pw-play",),
    ("paplay",),
    ("aplay", "-q"),
    ("ffplay", "-nodisp", "-autoexit", "-loglevel", "error"),
)


def speak_text(text: str, cues: tuple[str, ...], settings: Settings, out: Path | None) -> Path:
    """Speak ``text`` with the narrator's voice of ``settings`` and return the file, ``out`` or a temporary WAV.

    Raises:
        UsageError: there is nothing to say, a cue is unknown, or the suffix of ``out``.
        EngineError: no such engine or voice.
        RecordingError: the text could not be spoken.
    """
    target = out or cache_folder() / "trial.wav"
    if target.suffix.lower() not in _ENCODERS:
        raise UsageError(f"cannot write {target.suffix or 'a file without suffix'}", place=str(target),
                         remedy=f"Use one of {' '.join(_ENCODERS)}")  # fmt: skip
    if not any(letter.isalnum() for letter in text):
        raise UsageError("there is nothing to say", remedy='Write audiobook say "some words"')
    language = settings.metadata.language or "en"
    engine = resolve_engine(settings, language).engine
    best = fitting(all_voices(engine), language)[0]
    voice = Voice.parse(settings.voice) if settings.voice else Voice(best.engine, best.name)
    perform(_script(text, cues, voice, settings), settings, target)
    return target


def perform(script: Script, settings: Settings, target: Path, source: Path = Path("-")) -> Track:
    """Speak a script of one chapter into one file, with the narrator's level but no delivery standard.

    The lexicon beside ``source`` applies.

    Raises:
        EngineError: no such engine or voice.
        RecordingError: a line could not be spoken.
        OutputError: the file cannot be written.
    """
    rate = require_voices(script.cast, script.metadata.language)
    plan = make_plan(script, _plainly(settings), None, source)
    chapter, utterances = plan.chapters[0], [passage.utterance for passage in plan.chapters[0].passages]
    calibration = calibration_utterances(plan)
    with open_recorder(TakeCache(), settings.record, settings.jobs) as recorder:
        takes = {}
        for result in recorder.record([*calibration, *utterances]):
            if result.take is None:
                raise result.error or RecordingError("the text could not be spoken")
            takes[result.index] = result.take
    ordered = [takes[index] for index in range(len(takes))]
    gains = by_voice(calibration, ordered[: len(calibration)])
    make_folder(cache_folder())
    with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
        track = stitch(
            chapter, ordered[len(calibration) :], Path(folder) / "trial.wav", _plainly(settings), rate, gains
        )
        container, codec = _ENCODERS[target.suffix.lower()]
        with output_path(target) as temporary, wave.open(str(track.path)) as sound:
            pcm = iter(lambda: sound.readframes(_BLOCK), b"")
            ffmpeg.encode(pcm, rate, codec, temporary, container, seconds=track.frames / rate)
    return track


def play(path: Path) -> None:
    """Play a WAV through the system's own player.

    Raises:
        ToolError: there is no player, or it failed.
    """
    if sys.platform == "win32":
        import winsound

        winsound.PlaySound(str(path), winsound.SND_FILENAME)
        return
    player = next((command for command in _PLAYERS if shutil.which(command[0])), None)
    if player is None:
        raise ToolError("no program to play sound was found", remedy="Write a file with -o hello.wav")
    if subprocess.run([*player, str(path)], stdin=subprocess.DEVNULL, capture_output=True, check=False).returncode:
        raise ToolError(f"{player[0]} could not play the sound", remedy="Write a file with -o hello.wav")


def _script(text: str, cues: tuple[str, ...], voice: Voice, settings: Settings) -> Script:
    try:
        parsed = tuple(parse_cue(cue) for cue in cues)
    except ValueError as error:
        problem, _, remedy = str(error).partition("; ")
        raise UsageError(problem, place="--cue", remedy=remedy[:1].upper() + remedy[1:]) from error
    line = Line(NARRATOR, " ".join(text.split()), parsed)
    metadata = Metadata(title="trial", language=settings.metadata.language or "en")
    chapter = ScriptChapter("", (Scene((ScriptParagraph((line,)),)),))
    return Script(metadata, ((NARRATOR, voice),), (chapter,))


def _plainly(settings: Settings) -> Settings:
    """A trial has no announced title and no long head and tail, and the loudness of no profile."""
    spoken = dataclasses.replace(settings.spoken, announce_chapters=False)
    quick = dataclasses.replace(settings.delivery_standard(), head_ms=150, tail_ms=250)
    profiles = (*settings.profiles, ("trial", quick))
    publish = dataclasses.replace(settings.publish, credits="none")
    return dataclasses.replace(
        settings, spoken=spoken, profiles=profiles, profile="trial", chapters="", publish=publish
    )
