"""What a voice says to be measured: its loudness before it is mixed, its pace before its takes are judged."""

from __future__ import annotations

from audiobook.audio import Utterance
from audiobook.script import Voice

__all__ = ["calibration_utterance", "has_calibration"]

_SAMPLES = {
    "de": "Am Abend legten wir das Buch auf den Tisch und lasen noch eine Seite.",
    "es": "Por la noche pusimos el libro sobre la mesa y leímos otra página.",
    "fr": "Le soir, nous avons posé le livre sur la table et lu une autre page.",
    "it": "La sera mettemmo il libro sul tavolo e leggemmo un'altra pagina.",
    "pt": "À noite pusemos o livro sobre a mesa e lemos mais uma página.",
    "en": "In the evening we laid the book on the table and read another page.",
}
"""Four seconds with few hisses, in the book's language where there is one."""


def has_calibration(language: str) -> bool:
    """Tell whether there is a text in the language itself; in another one a voice's pace means nothing."""
    return language.partition("-")[0].lower() in _SAMPLES


def calibration_utterance(voice: Voice, language: str) -> Utterance:
    """Return the fixed text in the plain delivery of a voice; it hangs on nothing else."""
    text = _SAMPLES.get(language.partition("-")[0].lower(), _SAMPLES["en"])
    return Utterance(text, language, Voice(voice.engine, voice.name))
