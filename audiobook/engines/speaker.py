"""The process in which pyttsx3 runs: ``python -m audiobook.engines.speaker``.

pyttsx3 keeps one driver a process, may hang, prints, and its eSpeak carries state from one
utterance to the next, so that the same words do not give the same samples twice. Hence this
small process of its own, which `audiobook.engines.pyttsx3` starts, feeds with one JSON object
a line and kills when it hangs. With eSpeak on POSIX each utterance is spoken by a fork that
has spoken nothing before; forking is safe here because nothing but this module is running.

It imports nothing heavy: numpy would start threads, and those do not survive a fork.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import platform
import re
import sys
import time
from pathlib import Path
from typing import IO, Any

__all__ = ["foreign", "main"]

_FOREIGN = re.compile("\x02(.*?)\x1f(.*?)\x03", re.DOTALL)
_SWITCH = re.compile(r"\(([a-z-]+)\)")
"""How eSpeak prints that it says a word in another language."""


def foreign(words: str, voice: str) -> str:
    """Write words of another language into the text of a request; eSpeak says them in the sounds of its ``voice``."""
    return f"\x02{voice}\x1f{words}\x03"


def main() -> int:
    """Answer requests from standard input until it closes."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # drivers print; that must not get between the answers
    driver = _driver_name()
    if driver == "espeak":
        _offer_espeak()
    _report_failures(answers)
    for line in sys.stdin:
        request = json.loads(line)
        action = _list_voices if request["do"] == "voices" else _speak
        if driver == "espeak" and hasattr(os, "fork"):
            answers.write(_in_fork(action, driver, request))
        else:
            answers.write(json.dumps({"result": action(_engine(driver), driver, request)}))
        answers.write("\n")
        answers.flush()
    return 0


def _report_failures(stream: IO[str]) -> None:
    """Let whatever a driver raises be this process's last answer; it is started anew for the next request."""

    def hook(kind: type[BaseException], error: BaseException, _trace: object) -> None:
        stream.write(json.dumps({"error": f"{kind.__name__}: {error}"}) + "\n")
        stream.flush()
        os._exit(1)

    sys.excepthook = hook


def _driver_name() -> str:
    return {"darwin": "nsss", "win32": "sapi5"}.get(sys.platform, "espeak")


def _offer_espeak() -> None:
    """Load the bundled eSpeak NG where the system has none, so that pyttsx3 finds it by its name."""
    for name in ("libespeak-ng.so.1", "libespeak.so.1"):
        with contextlib.suppress(OSError):
            ctypes.CDLL(name)
            return
    import espeakng_loader

    os.environ["ESPEAK_DATA_PATH"] = espeakng_loader.get_data_path()
    ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)


def _in_fork(action: Any, driver: str, request: dict[str, Any]) -> str:
    """Run ``action`` in a fork and return the answer that came back through a pipe."""
    importlib.import_module(f"pyttsx3.drivers.{driver}")  # once, before forking; it starts no thread
    receiver, sender = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(receiver)
        pipe = os.fdopen(sender, "w", encoding="utf-8")  # stays open for what may be raised
        _report_failures(pipe)
        pipe.write(json.dumps({"result": action(_engine(driver), driver, request)}))
        pipe.flush()
        os._exit(0)  # no clean-up: eSpeak may fail an assertion when it is closed
    os.close(sender)
    with os.fdopen(receiver, encoding="utf-8") as answers:
        answer = answers.read().strip()
    os.waitpid(child, 0)
    return answer or json.dumps({"error": "the driver crashed"})


def _engine(driver: str) -> Any:
    import pyttsx3

    engine = pyttsx3.init(driver)
    if driver == "espeak":
        espeak = importlib.import_module("pyttsx3.drivers._espeak")
        _read_phonemes(espeak)
        _fix_breath(espeak.dll)
    return engine


def _list_voices(engine: Any, driver: str, _request: dict[str, Any]) -> dict[str, Any]:
    if driver == "espeak":
        return _list_espeak()
    voices = [
        {
            "id": voice.id,
            "name": voice.name or voice.id,
            "language": str((voice.languages or [""])[0] or ""),
            "gender": str(voice.gender or ""),
        }
        for voice in engine.getProperty("voices")
    ]
    return {"driver": driver, "version": f"{platform.system()} {platform.release()}", "voices": voices, "variants": []}


def _list_espeak() -> dict[str, Any]:
    # Not engine.getProperty("voices"): that lower-cases identifiers, which are names of files.
    espeak = importlib.import_module("pyttsx3.drivers._espeak")
    genders = {1: "male", 2: "female"}
    voices = [
        {
            "id": voice.identifier.decode(),
            "name": voice.name.decode(),
            "language": voice.languages[1:].decode(errors="ignore"),
            "gender": genders.get(voice.gender, ""),
        }
        for voice in espeak.ListVoices(None)
    ]
    variants = [
        {"id": voice.identifier.decode().rpartition("/")[2], "gender": genders.get(voice.gender, "")}
        for voice in espeak.ListVoices(espeak.VOICE(languages=b"variant"))
    ]
    espeak.dll.espeak_Info.restype = ctypes.c_char_p
    version = espeak.dll.espeak_Info(None).decode()
    return {"driver": "espeak", "version": version, "voices": voices, "variants": variants}


def _speak(engine: Any, driver: str, request: dict[str, Any]) -> None:
    text = request["text"]
    if driver == "espeak":
        espeak = importlib.import_module("pyttsx3.drivers._espeak")
        text = _FOREIGN.sub(lambda match: _foreign_phonemes(espeak, match[2], match[1], request["voice"]), text)
        _prepare_espeak(espeak, request)
    else:
        engine.setProperty("voice", request["voice"])
        engine.setProperty("rate", request["rate"])
        engine.setProperty("volume", 1.0)
    engine.save_to_file(text, request["path"])
    engine.runAndWait()
    if driver == "espeak":
        _wait_for_espeak()  # runAndWait ends after 10 ms, while eSpeak's own thread may still be speaking


def _foreign_phonemes(espeak: Any, words: str, language: str, voice: str) -> str:
    """Return ``[[_^_fr b'O~n ... _^_en-us]]``: words of another language in its own phonemes, then back to the voice's.

    The switch keeps the voice; only the table of sounds changes.
    """
    _wait_for_espeak()
    if espeak.SetVoiceByName(language.encode()) != espeak.EE_OK:
        return words
    theirs, own = espeak.GetCurrentVoice().contents.identifier.decode(), voice.partition("+")[0]
    if _language(theirs) == _language(own):
        return words
    convert = espeak.dll.espeak_TextToPhonemes
    convert.restype, convert.argtypes = ctypes.c_char_p, (ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int)
    rest = ctypes.c_char_p(words.encode())
    said: list[str] = []
    while rest.value:
        said.append((convert(ctypes.byref(rest), espeak.CHARS_UTF8, 0) or b"").decode())
    phonemes = _SWITCH.sub(r" _^_\1 ", " ".join(said)).strip()
    return f"[[_^_{_sounds(espeak, theirs)} {phonemes} _^_{_sounds(espeak, own)}]]"


def _language(identifier: str) -> str:
    """Return the language of ``roa/es-419``, without its region."""
    return identifier.rpartition("/")[2].partition("-")[0].lower()


def _sounds(espeak: Any, voice: str) -> str:
    """Return the name of a voice's table of sounds, which its file gives, else it is that of its language."""
    folder = ctypes.c_char_p()
    espeak.dll.espeak_Info(ctypes.byref(folder))
    file = Path(os.fsdecode(folder.value or b""), "lang", voice)
    text = file.read_text("utf-8") if file.is_file() else ""
    named = re.search(r"^phonemes\s+(\S+)", text, re.MULTILINE)
    language = re.search(r"^language\s+([^\s-]+)", text, re.MULTILINE)
    return named[1] if named else language[1] if language else _language(voice)


def _read_phonemes(espeak: Any) -> None:
    """Let eSpeak take what stands between ``[[`` and ``]]`` for phonemes; pyttsx3 has it read as letters."""
    synth = espeak.Synth
    espeak.Synth = lambda text, flags: synth(text, flags=flags | espeak.PHONEMES)


def _fix_breath(library: Any) -> None:
    """Draw the same breath for the same words: eSpeak NG seeds the noise of its breathy variants with the time."""
    with contextlib.suppress(AttributeError):  # before 1.52 it took the C library's numbers, which a fork has in common
        library.espeak_ng_SetRandSeed(ctypes.c_long(1))


def _prepare_espeak(espeak: Any, request: dict[str, Any]) -> None:
    """Set the voice and all values, and wait until eSpeak has them.

    Values pass through a queue to eSpeak's own thread. When the text was given right behind them, on a busy machine
    one take in a hundred was spoken at the 200 words a minute that pyttsx3 sets when it starts.
    """
    # pyttsx3 takes any name for a voice and then speaks with the one before; the status tells.
    _wait_for_espeak()
    status = espeak.SetVoiceByName(request["voice"].encode())
    if status != espeak.EE_OK:
        msg = f"eSpeak refused the voice {request['voice']} (status {status})"
        raise ValueError(msg)
    values = {"RATE": request["rate"], "VOLUME": 100, "PITCH": request["pitch"], "RANGE": request["range"]}
    for name, value in values.items():
        espeak.SetParameter(getattr(espeak, name), value, 0)
    _wait_for_espeak()


def _wait_for_espeak() -> None:
    # Not Synchronize(), which looks up only every 20 ms.
    espeak = importlib.import_module("pyttsx3.drivers._espeak")
    while espeak.IsPlaying():
        time.sleep(0.001)


if __name__ == "__main__":
    sys.exit(main())
