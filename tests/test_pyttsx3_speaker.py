"""The small process that holds pyttsx3: how it once broke, and that it does so no more."""

from __future__ import annotations

import subprocess
import sys
import time
import types
from typing import Any

import pytest

from audiobook.audio import Utterance
from audiobook.engines import speaker
from audiobook.engines.pyttsx3 import Pyttsx3Engine
from audiobook.script import Voice

REQUEST = {"voice": "gmw/en-us", "rate": 175, "pitch": 50, "range": 50, "text": "Hello.", "path": "hello.wav"}


class LateEspeak:
    """Takes values as eSpeak does: into a queue, from which they reach the voice only while somebody waits."""

    EE_OK = 0
    RATE, VOLUME, PITCH, RANGE = "rate", "volume", "pitch", "range"

    def __init__(self) -> None:
        self.values = {"rate": 200}  # what pyttsx3 sets when it starts
        self.queue: list[tuple[str, int]] = []
        self.said_at: list[int] = []

    def SetVoiceByName(self, name: bytes) -> int:  # noqa: N802 - eSpeak's own name
        return self.EE_OK if name == b"gmw/en-us" else 3

    def SetParameter(self, name: str, value: int, relative: int) -> None:  # noqa: N802
        self.queue.append((name, value))

    def IsPlaying(self) -> bool:  # noqa: N802
        if self.queue:
            name, value = self.queue.pop(0)
            self.values[name] = value
        return bool(self.queue)

    def save_to_file(self, text: str, path: str) -> None:
        self.said_at.append(self.values["rate"])

    def setProperty(self, name: str, value: Any) -> None:  # noqa: N802
        self.SetParameter(name, value, 0)

    def runAndWait(self) -> None:  # noqa: N802
        pass


@pytest.fixture
def espeak(monkeypatch: pytest.MonkeyPatch) -> LateEspeak:
    fake = LateEspeak()
    monkeypatch.setattr(speaker, "importlib", types.SimpleNamespace(import_module=lambda _: fake))
    return fake


def test_espeak_has_the_rate_before_it_is_given_the_text(espeak: LateEspeak) -> None:
    # On a busy machine one take in a hundred came at 200 words a minute: shorter, and another sound each time.
    speaker._speak(espeak, "espeak", REQUEST)
    assert espeak.said_at == [175]
    assert espeak.values == {"rate": 175, "volume": 100, "pitch": 50, "range": 50}


def test_a_voice_that_espeak_refuses_is_an_error_and_not_another_voice(espeak: LateEspeak) -> None:
    with pytest.raises(ValueError, match="refused the voice martian"):
        speaker._speak(espeak, "espeak", REQUEST | {"voice": "martian"})
    assert not espeak.said_at


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="eSpeak speaks for pyttsx3 on Linux only")
def test_a_busy_machine_changes_no_sample() -> None:
    code = (
        "import hashlib\n"
        "from audiobook.audio import Utterance\n"
        "from audiobook.engines import open_engine\n"
        "from audiobook.script import Voice\n"
        "engine = open_engine('pyttsx3')\n"
        "line = Utterance('The boats came home.', 'en', Voice('pyttsx3', engine.voices()[0].name))\n"
        "print(*{hashlib.sha256(engine.speak(line).samples).hexdigest() for _ in range(60)})\n"
        "engine.close()\n"
    )
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(3)]
    try:
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    finally:
        for process in busy:
            process.kill()
            process.wait()
    assert len(done.stdout.split()) == 1


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="eSpeak speaks for pyttsx3 on Linux only")
def test_the_sounds_of_a_voice_are_found_by_the_name_of_their_table() -> None:
    # French was said with English sounds: its file names the language fr-fr, for which there is no table.
    code = (
        "import ctypes, types, espeakng_loader\n"
        "from audiobook.engines import speaker\n"
        "library = ctypes.CDLL(espeakng_loader.get_library_path())\n"
        "library.espeak_Initialize(2, 0, espeakng_loader.get_data_path().encode(), 0)\n"
        "espeak = types.SimpleNamespace(dll=library)\n"
        "names = ('roa/fr', 'gmw/en-US', 'roa/es-419', 'roa/pt-BR', 'mb/x-y')\n"
        "print(*(speaker._sounds(espeak, name) for name in names))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["fr", "en-us", "es-la", "pt", "x"]


@pytest.mark.skipif(sys.platform in {"darwin", "win32"}, reason="eSpeak NG's variants")
@pytest.mark.parametrize("variant", ["f2", "f3", "f5", "whisper"])
def test_breathy_variants_breathe_alike_every_time(variant: str) -> None:
    # eSpeak seeded the noise of these variants with the second of the day, so no two builds of a cast were equal.
    engine = Pyttsx3Engine()
    said = Utterance("She sighed softly.", "en", Voice("pyttsx3", f"en-us+{variant}"))
    takes = []
    for _ in range(2):
        takes.append(engine.speak(said).samples.tobytes())
        time.sleep(1.1)  # the next second
    engine.close()
    assert takes[0] == takes[1]
