"""IPA for each engine: tidied for those that read it, as eSpeak's mnemonics, or respelled for the others."""

from __future__ import annotations

import re
import unicodedata
from functools import cache

from audiobook.spoken.rules import rows

__all__ = ["fault", "given", "respell", "tidy", "to_espeak"]

_SAME = str.maketrans({
    "g": "ɡ", "'": "ˈ", ",": "ˌ", ":": "ː", "͡": "", "͜": "", "‿": "", "(": "", ")": "", "/": "", "[": "", "]": "",
    ".": "", "ʧ": "tʃ", "ʤ": "dʒ", "ʦ": "ts", "ʣ": "dz", "ɚ": "ɚ", "ɝ": "ɜː", "‖": " ", "|": " ",
    "ǝ": "ə", "ε": "ɛ", "ȷ": "j",
})  # fmt: skip


_BESIDE = frozenset(" -↑↓→↗↘⁰¹²³⁴⁵⁶⁷⁸⁹")
"""Joints and tones, which no engine needs."""


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


def given(spoken: str) -> str:
    """Return the IPA that stands between slashes, ``/ˈʃɪmɒn/``; empty when ``spoken`` is words."""
    spoken = spoken.strip()
    return spoken[1:-1].strip() if len(spoken) > 2 and spoken[0] == spoken[-1] == "/" else ""


def fault(spoken: str) -> str:
    """Say why words or IPA between slashes cannot be meant; empty when nothing is wrong.

    IPA is wrong when it holds a sign that no engine's alphabet can express, or no sound at all. Marks above, below
    and beside a letter are never wrong: what an alphabet lacks of them is left out.
    """
    spoken = spoken.strip()
    ipa = given(spoken)
    if not ipa:
        slashes = spoken.startswith("/") or spoken.endswith("/")
        return f"{spoken!r} is neither words nor IPA between two slashes" if slashes else ""
    signs = unicodedata.normalize("NFD", tidy(ipa))
    if wrong := [sign for sign in dict.fromkeys(signs) if not _is_sign(sign)]:
        return f"/{ipa}/ holds {' '.join(wrong)}, which is no IPA"
    if not any(sign in _letters() for sign in signs):
        return f"/{ipa}/ has no sound"
    return ""


@cache
def _letters() -> frozenset[str]:
    """Letters that some engine can express."""
    return frozenset(
        sign for row in rows("ipa.tsv") for sign in unicodedata.normalize("NFD", row[0]) if sign.isalpha()
    ) - {"ː", "ˈ", "ˌ"}


def _is_sign(sign: str) -> bool:
    if sign in _letters() or sign in _BESIDE:
        return True
    return not sign.isascii() and unicodedata.category(sign) in {"Mn", "Lm", "Sk"}


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
