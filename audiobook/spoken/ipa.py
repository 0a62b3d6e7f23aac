"""IPA for each engine: tidied for those that read it, as eSpeak's mnemonics, or respelled for the others."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from audiobook.spoken.rules import rows

__all__ = ["respell", "tidy", "to_espeak"]

_SAME = str.maketrans({
    "g": "ɡ", "'": "ˈ", ",": "ˌ", ":": "ː", "͡": "", "͜": "", "‿": "", "(": "", ")": "", "/": "", "[": "", "]": "",
    ".": "", "ʧ": "tʃ", "ʤ": "dʒ", "ʦ": "ts", "ʣ": "dz", "ɚ": "ɚ", "ɝ": "ɜː", "‖": " ", "|": " ",
    "ǝ": "ə", "ε": "ɛ", "ȷ": "j",
})  # fmt: skip


def tidy(ipa: str) -> str:
    """Bring IPA into the form that eSpeak prints and that Piper and Kokoro were trained on.

    Tie bars, syllable dots and brackets go; ASCII look-alikes become the letters they stand for.
    """
    text = unicodedata.normalize("NFD", ipa).translate(_SAME)
    return " ".join(unicodedata.normalize("NFC", text).split())


@cache
def _table() -> tuple[re.Pattern[str], dict[str, tuple[str, str]]]:
    """IPA sign -> eSpeak mnemonic and respelling; longest sign first."""
    table = {row[0]: (row[1], row[2]) for row in rows("ipa.tsv")}
    signs = "|".join(re.escape(sign) for sign in sorted(table, key=lambda sign: (-len(sign), sign)))
    return re.compile(signs), table


def to_espeak(ipa: str) -> str:
    """Write IPA as the mnemonics that eSpeak takes between ``[[`` and ``]]``.

    Signs that its English voices lack become their nearest sound or, where there is none, nothing:
    a mnemonic that eSpeak does not know would cut the rest of the word off.
    """
    pattern, table = _table()
    text = re.sub(r"[^\S]+", " ", tidy(ipa))
    said = []
    at = 0
    while at < len(text):
        if text[at] == " ":
            said.append("_: ")
            at += 1
            continue
        found = pattern.match(text, at)
        if found:
            said.append(table[found[0]][0])
            at = found.end()
        else:
            at += 1
    return "".join(said).replace("_: ", " ").strip()


_SYLLABLE = re.compile(r"[ˈˌ]")
_VOWELS = "aeiouæɑɒɔəɛɜɪʊʌɐɚɵøœyɨʉɯɤ"


def respell(ipa: str) -> str:
    """Write IPA as an English reader would guess it: ``/ælɪmˈbɛkoʊvə/`` is "alim-bekohvuh".

    For engines that have no alphabet; hyphens stand before stressed syllables.
    """
    pattern, table = _table()
    words = []
    for word in tidy(ipa).split():
        pieces = []
        for piece in _SYLLABLE.split(word):
            said = "".join(table[found[0]][1] for found in pattern.finditer(piece))
            if said:
                pieces.append(said)
        words.append("-".join(pieces))
    return " ".join(word for word in words if word)
