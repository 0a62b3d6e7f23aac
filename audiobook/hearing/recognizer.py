"""The recognizer: Moonshine (tiny, English), which the package ``moonshine-voice`` carries in its wheel."""

from __future__ import annotations

import importlib.metadata
import importlib.util
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audiobook.errors import EngineError
from audiobook.hearing.pieces import RATE, pieces

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Recognizer", "Segment", "can_hear", "require"]

_PACKAGE = "moonshine-voice"
_QUIET_S = 0.3
"""Silence put on both sides: speech that starts at once loses its first sound."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of speech and what was heard in it."""

    text: str
    start_s: float
    end_s: float


def can_hear(language: str) -> bool:
    """Tell whether the recognizer knows a language (BCP 47): it knows English."""
    return language.lower().partition("-")[0] in {"", "en"}


def require() -> str:
    """Return the name and version of the recognizer, without loading it.

    Raises:
        EngineError: it is not installed, or is a version without its model.
    """
    spec = importlib.util.find_spec("moonshine_voice")
    if spec is None or not spec.origin:
        raise EngineError("listening needs a recognizer", remedy='pip install "audiobook[listen]"')
    if not _model(spec.origin).is_dir():
        raise EngineError(
            f"{_PACKAGE} {importlib.metadata.version(_PACKAGE)} holds no recognizer",
            remedy='pip install "audiobook[listen]"',
        )
    return f"{_PACKAGE} {importlib.metadata.version(_PACKAGE)} tiny-en"


def _model(package: str) -> Path:
    return Path(package).parent / "assets" / "tiny-en"


class Recognizer:
    """Hears English speech; the same sound always gives the same words. Used by one thread."""

    def __init__(self) -> None:
        """Load the model.

        Raises:
            EngineError: it is not installed, or does not load.
        """
        require()
        import moonshine_voice

        assert moonshine_voice.__file__
        # It divides sound by its own sense of speech unless told not to; cut at pauses by `pieces` it hears more words:
        # 9.3 % errors in place of 11.8 % on the sample story.
        options = {"identify_speakers": "false", "return_audio_data": "false", "vad_threshold": "0"}
        try:
            self._transcriber: Any = moonshine_voice.Transcriber(
                model_path=str(_model(moonshine_voice.__file__)),
                model_arch=moonshine_voice.ModelArch.TINY,
                options=options,
            )
        except (moonshine_voice.MoonshineError, OSError) as error:
            raise EngineError(
                f"the recognizer does not load ({error})", remedy='pip install --force-reinstall "audiobook[listen]"'
            ) from error

    def hear(self, samples: NDArray[np.float32], sample_rate: int) -> str:
        """Return the words of one utterance.

        Args:
            samples: mono, range [-1, 1].
            sample_rate: hertz.
        """
        return " ".join(segment.text for segment in self.segments([samples], sample_rate))

    def segments(self, blocks: Iterable[NDArray[np.float32]], sample_rate: int) -> Iterator[Segment]:
        """Yield what is said when, in order; holds no more than a few seconds of sound.

        Args:
            blocks: mono sound from its beginning, range [-1, 1].
            sample_rate: hertz.
        """
        import numpy as np

        quiet = np.zeros(round(_QUIET_S * RATE), np.float32)
        for start, samples in pieces(blocks, sample_rate):
            heard = self._transcriber.transcribe_without_streaming([*quiet, *samples.tolist(), *quiet], RATE)
            text = " ".join(line.text.strip() for line in heard.lines).strip()
            if text:
                yield Segment(text, start / RATE, (start + len(samples)) / RATE)

    def close(self) -> None:
        """Free the model; harmless when done twice."""
        self._transcriber.close()
