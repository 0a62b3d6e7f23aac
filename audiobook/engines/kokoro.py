"""The ``kokoro`` engine: Kokoro-82M (Apache-2.0), the most natural voices here.

Its files come with ``audiobook voices install kokoro``. A voice is one of 54, or a blend of them:
``kokoro:af_heart*0.6+bf_emma*0.4``. The model tells how long each phoneme sounds, so word times are
exact, and the silence it puts around every piece is cut where speech begins and ends.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING

from audiobook.audio import Speech, Utterance
from audiobook.engines import device, store
from audiobook.engines.base import EngineStatus, Gender, Timings, VoiceInfo, described, speakable, unknown_voice
from audiobook.engines.phonemes import LANGUAGES, Piece, phonemize
from audiobook.engines.words import align, audible, quietest, spoken_words
from audiobook.errors import EngineError, VoiceError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["MODEL", "MODEL_SHA256", "STYLE_BYTES", "VOICES", "KokoroEngine", "folder", "status"]

MODEL = "kokoro-v1.0.int8.onnx"
MODEL_SHA256 = "6e742170d309016e5891a994e1ce1559c702a2ccd0075e67ef7157974f6406cb"
STYLE_BYTES = 510 * 256 * 4
"""A voice is 510 rows of 256 little-endian float32, one row for each number of phonemes."""
_RATE = 24_000
_FRAME = 600
"""Samples of one frame of a phoneme's length (25 ms)."""
_MARGIN_S = 0.04
"""Silence that is kept before the first and after the last sound."""
_LEAD_S = 0.06
"""A phoneme is heard before its frames begin: 20 to 110 ms at the onsets of 15 utterances of three voices."""
_FEW = 16
"""Phonemes below which a piece gets words in front, which are cut off again; alone, many a voice adds sounds to it."""
_LEADS = {"en-us": "There was a long silence.", "en": "There was a long silence."}
"""eSpeak voice -> these words. They end in a pause that a sentence ending in a vowel would not have."""
_QUIET_DB = -45.0
"""Level of the pause in which it is safe to cut, relative to the loudest 10 ms."""
_FADE_S = 0.005
_INSTALL = "audiobook voices install kokoro"
_BLEND = re.compile(r"(?P<name>[a-z]{2}_[a-z]+)(?:\*(?P<share>\d*\.?\d+))?")

_GRADES = {
    "af_heart": "A", "af_bella": "A-", "bf_emma": "B-", "af_nicole": "B-", "af_aoede": "C+", "af_kore": "C+",
    "af_sarah": "C+", "am_fenrir": "C+", "am_michael": "C+", "am_puck": "C+", "af_alloy": "C", "af_nova": "C",
    "bf_isabella": "C", "bm_fable": "C", "bm_george": "C", "af_sky": "C-", "bm_lewis": "D+", "af_jessica": "D",
    "af_river": "D", "am_echo": "D", "am_eric": "D", "am_liam": "D", "am_onyx": "D", "bf_alice": "D", "bf_lily": "D",
    "bm_daniel": "D", "am_santa": "D-", "am_adam": "F+", "ef_dora": "", "em_alex": "", "em_santa": "",
    "ff_siwis": "B-", "hf_alpha": "C", "hf_beta": "C", "hm_omega": "C", "hm_psi": "C", "if_sara": "C",
    "im_nicola": "C", "jf_alpha": "C+", "jf_gongitsune": "C", "jf_tebukuro": "C", "jf_nezumi": "C-", "jm_kumo": "C-",
    "pf_dora": "", "pm_alex": "", "pm_santa": "", "zf_xiaobei": "D", "zf_xiaoni": "D", "zf_xiaoxiao": "D",
    "zf_xiaoyi": "D", "zm_yunjian": "D", "zm_yunxi": "D", "zm_yunxia": "D", "zm_yunyang": "D",
}  # fmt: skip
"""Voice -> overall grade of its publisher, the best English voices first."""
VOICES = tuple(_GRADES)
_HEARD_WPM = {"af_heart": 219, "af_bella": 213, "am_michael": 201, "bf_emma": 226, "bm_george": 189}
"""Words a minute measured while speaking (48 words); the others were not measured."""
_TONGUES = {
    "a": "en-US", "b": "en-GB", "e": "es", "f": "fr", "h": "hi", "i": "it", "j": "ja", "p": "pt-BR", "z": "zh",
}  # fmt: skip
_UNWRITTEN = {
    language: f"reads other languages with its accent; for {name} text a pronunciation dictionary is missing here"
    for language, name in (("ja", "Japanese"), ("zh", "Chinese"))
}
_READS = tuple(sorted({code.partition("-")[0] for code in LANGUAGES}))
_UNHEARD = "pronounced by eSpeak NG's rules; no recognizer has checked its words here"
_CREDITS = {
    "ff_siwis": "trained on SIWIS, CC BY 4.0: credit it", "jf_gongitsune": "trained on Koniwa, CC BY: credit it",
    "jf_nezumi": "trained on Koniwa, CC BY: credit it", "jf_tebukuro": "trained on Koniwa, CC BY: credit it",
    "jm_kumo": "trained on Koniwa, CC BY: credit it",
}  # fmt: skip


def folder() -> Path:
    """Folder of Kokoro's model and voices."""
    return store.data_folder() / "kokoro"


def status() -> EngineStatus:
    """Look for the files and packages, without loading any."""
    missing = [name for name in ("onnx", "piper-tts") if not store.version(name)]
    if not device.runtime():
        missing.insert(0, "onnxruntime")
    if missing:
        detail = f"{' and '.join(missing)} is not installed"
        return EngineStatus("kokoro", installed=False, detail=detail, remedy=f"pip install {' '.join(missing)}")
    voices = _installed()
    if not voices or not (folder() / MODEL).is_file():
        return EngineStatus("kokoro", installed=False, detail="its voices are not installed", remedy=_INSTALL)
    return EngineStatus("kokoro", installed=True, detail=f"{len(voices)} voices")


class KokoroEngine:
    """Speaks with Kokoro on one thread, or on the device that ``device`` names (see `audiobook.engines.device`)."""

    name = "kokoro"
    honours: frozenset[str] = frozenset()
    deterministic = True
    timings: Timings = "exact"

    def __init__(self, device: str = "cpu") -> None:
        self._device = device
        self._model: _Model | None = None

    def voices(self) -> tuple[VoiceInfo, ...]:
        """List the installed voices, the best English ones first."""
        return tuple(_info(name) for name in VOICES if name in _installed())

    def describe(self, voice: str) -> VoiceInfo:
        """Facts of a voice, of a blend those of its first; raise VoiceError for an unknown voice."""
        return described(self, voice)

    def sample_rate(self, voice: str) -> int:
        """24,000 Hz; raise VoiceError for an unknown voice."""
        _blend(voice)
        return _RATE

    def fingerprint(self, voice: str) -> str:
        """Hashes of model and voices, versions of what runs them and of what finds the phonemes."""
        styles = " ".join(f"{share:.4f} {store.digest(_path(name))[:16]}" for name, share in _blend(voice))
        versions = f"{device.runtime()} numpy {store.version('numpy')} piper-tts {store.version('piper-tts')}"
        return f"kokoro 3 {MODEL_SHA256[:16]} {versions} {styles}{device.mark(device.chosen(self._device))}"

    def speak(self, utterance: Utterance) -> Speech:
        """Speak piece by piece; the pieces follow each other as the model's own pauses have it.

        Raises:
            VoiceError: a voice of the blend is not there.
            EngineError: the language is not one of Kokoro's, or a word has no sound in it.
        """
        import numpy as np

        blend = _blend(utterance.voice.name)
        if not speakable(utterance.text):
            return Speech(np.zeros(0, np.float32), _RATE)
        espeak = _espeak_voice(utterance.language, blend[0][0])
        if self._model is None:
            self._model = _Model(device.chosen(self._device))
        style = _style(blend)
        parts: list[NDArray[np.float32]] = []
        groups: list[tuple[int, int, int]] = []
        at = 0
        pieces = phonemize(utterance.text, espeak, utterance.phonemes, utterance.foreign)
        lead = _lead(espeak)
        for piece in pieces:
            samples, spoken = self._model.speak(piece, style, lead, last=piece is pieces[-1])
            groups.extend((size, at + start, at + end) for size, start, end in spoken)
            parts.append(samples)
            at += len(samples)
        samples = np.concatenate(parts)
        return Speech(samples, _RATE, align(spoken_words(utterance.text), tuple(groups)))

    def close(self) -> None:
        """Free the model."""
        self._model = None


class _Model:
    """The loaded network."""

    def __init__(self, where: str) -> None:
        from audiobook.engines.generator import Network
        from audiobook.engines.onnxgraph import kokoro_graph, products_are_exact

        path = folder() / MODEL
        store.check(path, MODEL_SHA256, remedy=_INSTALL)
        try:
            if where == "cpu" and products_are_exact():
                self._network = Network(path).run
            else:
                session = device.open_session(kokoro_graph(path, floats=where != "cpu"), where)
                self._network = functools.partial(device.run, session)
        except (ValueError, OSError) as error:
            raise EngineError(f"does not load ({str(error)[:120]})", place=str(path), remedy=_INSTALL) from error

    def speak(
        self, piece: Piece, style: NDArray[np.float32], lead: Piece | None, *, last: bool
    ) -> tuple[NDArray[np.float32], tuple[tuple[int, int, int], ...]]:
        """Samples of a piece, and (phonemes, first, end) of each group of phonemes between spaces.

        Silence is cut off in front, and behind the last piece; behind others it is their pause.
        """
        found = self._led(piece, style, lead) if lead and len(piece.phonemes) < _FEW else None
        samples, edges = found or self._run(piece, style)
        first, past = audible(samples, _RATE)
        margin = round(_MARGIN_S * _RATE)
        start = max(0, first - margin)
        end = min(len(samples), past + margin) if last else len(samples)
        return samples[start:end], _groups(piece, (edges - round(_LEAD_S * _RATE)).clip(first, past) - start)

    def _led(
        self, piece: Piece, style: NDArray[np.float32], lead: Piece
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]] | None:
        """Speak ``lead`` and a piece, and cut between them; None when there is no silence to cut in."""
        import numpy as np

        samples, edges = self._run(Piece(f"{lead.phonemes} {piece.phonemes}"), style)
        behind = len(lead.phonemes)  # the token of the space, counted without the pad
        early = round(_LEAD_S * _RATE)
        at = quietest(samples, int(edges[behind - 1]) - early, int(edges[behind + 1]) - early, _RATE, _QUIET_DB)
        if at is None:
            return None
        kept = samples[at:].copy()
        fade = round(_FADE_S * _RATE)
        kept[:fade] *= np.linspace(0, 1, fade, dtype=np.float32)
        return kept, edges[behind + 1 :] - at

    def _run(self, piece: Piece, style: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """All samples that the model makes of a piece, and where its phonemes meet, from the start of the first."""
        import numpy as np

        tokens = [0, *piece.tokens, 0]
        if len(tokens) > len(style):
            raise EngineError(f"a piece of {len(tokens)} phonemes would be cut off", remedy="Report this text")
        inputs = {
            "tokens": np.array([tokens], np.int64),
            "style": style[len(piece.tokens) - 1],
            "speed": np.ones(1, np.float32),
        }
        audio, widths = self._network(inputs)
        samples = np.clip(audio.ravel(), -1, 1).astype(np.float32)
        return samples, np.cumsum(widths.ravel()).astype(np.int64) * _FRAME


def _groups(piece: Piece, edges: NDArray[np.int64]) -> tuple[tuple[int, int, int], ...]:
    groups = []
    at = 0
    for group in piece.phonemes.split(" "):
        letters = [place for place, symbol in enumerate(group, at) if symbol.isalpha()]
        if letters:
            groups.append((len(letters), int(edges[letters[0]]), int(edges[letters[-1] + 1])))
        at += len(group) + 1
    return tuple(groups)


@functools.cache
def _lead(espeak: str) -> Piece | None:
    """What is said in front of very short pieces; None for languages in which that was not tried."""
    return phonemize(_LEADS[espeak], espeak)[0] if espeak in _LEADS else None


def _installed() -> frozenset[str]:
    found = (path.stem for path in (folder() / "voices").glob("*.bin"))
    return frozenset(name for name in found if name in _GRADES)


def _path(name: str) -> Path:
    return folder() / "voices" / f"{name}.bin"


def _blend(name: str) -> tuple[tuple[str, float], ...]:
    """Voices of a blend and their shares, which are scaled to 1; raise VoiceError when one is not there."""
    known = _installed()
    shares: list[tuple[str, float]] = []
    for part in name.replace(" ", "").split("+"):
        match = _BLEND.fullmatch(part)
        voice, star, share = part.partition("*")
        if match is None and star and voice in known:
            raise VoiceError(
                f"{share!r} in {name!r} is no share; a share is a number such as 0.6",
                remedy="Write a blend as af_heart*0.6+bf_emma*0.4",
            )
        if match is None or match["name"] not in known:
            raise unknown_voice("kokoro", voice, known)
        shares.append((match["name"], float(match["share"] or 1)))
    total = sum(share for _, share in shares)
    if total <= 0:
        raise VoiceError(f"the shares of {name!r} are zero", remedy="Write a blend as af_heart*0.6+bf_emma*0.4")
    return tuple((voice, share / total) for voice, share in shares)


@functools.lru_cache(maxsize=64)
def _style(blend: tuple[tuple[str, float], ...]) -> NDArray[np.float32]:
    """Rows of style of a blend; shape = (510, 1, 256)."""
    import numpy as np

    mixed = np.zeros((510, 1, 256), np.float32)
    for name, share in blend:
        path = _path(name)
        data = path.read_bytes()
        if len(data) != STYLE_BYTES:
            raise EngineError("the voice file is damaged", place=str(path), remedy=_INSTALL)
        mixed += np.float32(share) * np.frombuffer(data, "<f4").reshape(mixed.shape)
    return mixed


def _espeak_voice(language: str, voice: str) -> str:
    """Dialect of the voice where it speaks the language, else the language's own."""
    base = language.partition("-")[0].lower() or "en"
    own = _TONGUES[voice[0]]
    for wanted in (own if own.partition("-")[0] == base else "", language, base):
        if wanted in LANGUAGES:
            return LANGUAGES[wanted]
    raise EngineError(
        f"Kokoro cannot read text in the language {language!r} here",
        remedy="Choose a voice of another engine: audiobook voices --language " + base,
    )


def _info(name: str) -> VoiceInfo:
    gender: Gender = "female" if name[1] == "f" else "male"
    language = _TONGUES[name[0]]
    note = _CREDITS.get(name, "")
    own = _UNWRITTEN.get(language, "" if language.startswith("en") else _UNHEARD)
    note = f"{note}; {own}" if note and own else note or own
    return VoiceInfo(
        "kokoro", name, language, gender, _GRADES[name], "Apache-2.0", True, note, _HEARD_WPM.get(name, 0), _READS
    )
