"""Text to Kokoro's phonemes, cut into pieces of the length at which Kokoro sounds best.

eSpeak NG (the one inside Piper) gives IPA; it knows every word, so none is ever dropped. Kokoro was
trained on an alphabet that writes diphthongs and affricates as one letter; the tables below say how
eSpeak's signs are spelt in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from audiobook.errors import EngineError
from audiobook.spoken.ipa import tidy
from audiobook.spoken.tongues import base, transcribe, voice_of

__all__ = ["LANGUAGES", "LONGEST", "VOCABULARY", "Piece", "phonemize", "to_kokoro"]

LONGEST = 250
"""Tokens of a piece; beyond about 400 Kokoro hurries, and 510 is its end."""
_SHORTEST = 80
"""Tokens below which a piece is joined to its neighbour; below about 20 Kokoro is weak."""

LANGUAGES = {
    "en": "en-us", "en-US": "en-us", "en-GB": "en", "es": "es", "fr": "fr", "hi": "hi", "it": "it",
    "pt": "pt-br",
}  # fmt: skip
"""BCP 47 -> eSpeak voice, of the languages that Kokoro was trained on and eSpeak can spell out."""

_SYMBOLS = (
    (1, ";:,.!?"), (9, '—…"()“” '), (17, "\u0303ʣʥʦʨᵝꭧAI"), (31, "O"), (33, "Q"), (35, "ST"), (39, "W"), (41, "Yᵊ"),
    (43, "abcdef"), (50, "hijklmnopqrstuvwxyzɑɐɒæ"), (75, "βɔɕç"), (80, "ɖðʤə"), (85, "ɚɛɜ"), (90, "ɟ"), (92, "ɡ"),
    (99, "ɥ"), (101, "ɨɪʝ"), (110, "ɯɰŋɳɲɴø"), (118, "ɸθœ"), (123, "ɹ"), (125, "ɾɻ"), (128, "ʁɽʂʃʈʧ"), (135, "ʊʋ"),
    (138, "ʌɣɤ"), (142, "χʎ"), (147, "ʒʔ"), (156, "ˈˌː"), (162, "ʰ"), (164, "ʲ"), (169, "↓"), (171, "→↗↘"), (177, "ᵻ"),
)  # fmt: skip
VOCABULARY = {symbol: first + place for first, symbols in _SYMBOLS for place, symbol in enumerate(symbols)}
"""Symbol -> token of Kokoro v1.0 (its published configuration; 0 is the pad at both ends)."""

_SHARED = (
    ("aɪ", "I"), ("aʊ", "W"), ("dʒ", "ʤ"), ("tʃ", "ʧ"), ("eɪ", "A"), ("ɔɪ", "Y"), ("g", "ɡ"), ("ɫ", "l"), ("ɬ", "l"),
    ("ʀ", "ʁ"), ("ʍ", "w"), ("ɵ", "ə"), ("ɘ", "ə"), ("ʉ", "u"), ("ɱ", "m"), ("ʏ", "y"), ("ɭ", "l"), ("ʟ", "l"),
    ("ɦ", "h"), ("ħ", "h"), ("ɶ", "œ"), ("ɞ", "ɜ"), ("ɺ", "ɾ"), ("ɢ", "ɡ"), ("ʕ", "ʔ"), ("ʑ", "ʒ"), ("ʐ", "ʒ"),
    ("ɧ", "ʃ"), ("ɗ", "d"), ("ε", "ɛ"),
)  # fmt: skip
_ENGLISH = (
    ("ʔˌn\u0329", "ʔn"), ("ʔn\u0329", "ʔn"), *_SHARED, ("əl", "ᵊl"), ("ʲo", "jo"), ("ʲə", "jə"), ("ʲ", ""), ("e", "A"),
    ("r", "ɹ"), ("x", "k"), ("ç", "k"), ("ɐ", "ə"), ("\u0303", ""),
)  # fmt: skip
_AMERICAN = (
    ("oʊ", "O"), *_ENGLISH, ("ɚ", "əɹ"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""), ("o", "ɔ"),
    ("ɾ", "T"), ("ʔ", "t"), ("ɹɹ", "ɹ"),
)  # fmt: skip
_BRITISH = (
    ("eə", "ɛː"), ("iə", "ɪə"), ("əʊ", "Q"), *_ENGLISH, ("ɚ", "əɹ"), ("ɹɹ", "ɹ"), ("o", "ɔ"), ("ɾ", "T"), ("ʔ", "t"),
)  # fmt: skip
_OTHERS = (*_SHARED, ("dz", "ʣ"), ("ts", "ʦ"), ("oʊ", "O"), ("əʊ", "Q"), ("-", ""))
_SPELLING = {"en-us": _AMERICAN, "en": _BRITISH}

_MARK = re.compile(r"(\s*(?:[;:,!?—…()]|\.(?!(?<=\b[^\W\d_]\.)[^\W\d_]\b))+\s*)")
"""Marks at which the voice may pause; the stops inside ``F.B.I`` are none, and eSpeak spells it by them."""
_FLAG = re.compile(r"\([a-z-]+\)")
_STOPS = ".!?…"
_ENDLESS = re.compile(r"[^\W_]{40}(?=[^\W_])")
"""eSpeak stops in the middle of words that are longer than any word is."""


_DRESSES = ("<font>", "<wide>", "<narrow>", "<circle>", "<compat>")


@dataclass(frozen=True, slots=True)
class Piece:
    """What Kokoro speaks in one go."""

    phonemes: str
    """Symbols of `VOCABULARY` only."""

    @property
    def tokens(self) -> tuple[int, ...]:
        """Token of each phoneme, without the pads."""
        return tuple(VOCABULARY[symbol] for symbol in self.phonemes)


def phonemize(
    text: str, espeak: str, given: Iterable[tuple[int, int, str]] = (), foreign: Iterable[tuple[int, int, str]] = ()
) -> tuple[Piece, ...]:
    """Turn ``text`` into pieces of at most `LONGEST` phonemes; words are never dropped.

    Args:
        text: spoken form.
        espeak: one of eSpeak's names, a value of `LANGUAGES`.
        given: (start, end, IPA) of words whose sound is settled.
        foreign: (start, end, BCP 47) of words in another language, spelt as Kokoro was trained on that one.

    Raises:
        EngineError: a word has no sound in Kokoro's alphabet.
    """
    parts: list[str] = []
    at = 0
    spelt = [(start, end, to_kokoro(tidy(ipa), espeak)) for start, end, ipa in given]
    spelt += [(start, end, _spoken(text[start:end], _dialect(language, espeak))) for start, end, language in foreign]
    for start, end, phonemes in sorted(spelt):
        parts.extend((_spoken(text[at:start], espeak), _padded(text, start, end, phonemes)))
        at = end
    parts.append(_spoken(text[at:], espeak))
    return tuple(Piece(cut) for cut in _cut(re.sub(r"\s+", " ", "".join(parts)).strip()))


def _dialect(language: str, espeak: str) -> str:
    """Return eSpeak's voice for words in ``language`` inside a text that ``espeak`` says: that itself where it can."""
    voice = voice_of(language)
    return espeak if not voice or base(voice) == base(espeak) else voice


def to_kokoro(ipa: str, espeak: str) -> str:
    """Spell IPA in Kokoro's alphabet; signs that it lacks are replaced by the nearest or left out."""
    text = unicodedata.normalize("NFD", _FLAG.sub("", ipa).replace("\u0361", "").replace("\u200d", ""))
    text = text.replace("c\u0327", "ç")
    for old, new in _SPELLING.get(espeak, _OTHERS):
        text = text.replace(old, new)
    text = re.sub("(\\S)\u0329", r"ᵊ\1", text)
    return "".join(symbol for symbol in text if symbol in VOCABULARY)


def _padded(text: str, start: int, end: int, phonemes: str) -> str:
    before = " " if text[:start].endswith(" ") else ""
    return before + phonemes + (" " if text[end:].startswith(" ") else "")


def _spoken(text: str, espeak: str) -> str:
    spoken = []
    for number, part in enumerate(_MARK.split(_plain(text))):
        if number % 2:
            spoken.append(_marks(part))
        elif part.strip():
            phonemes = _words(part.strip(), espeak)
            spoken.append(f"{part[: len(part) - len(part.lstrip())]}{phonemes}{part[len(part.rstrip()) :]}")
        else:
            spoken.append(part)
    return "".join(spoken)


def _plain(text: str) -> str:
    """Straight apostrophes, no quotation marks (a closing one after ``!`` is voiced), dashes as one sign."""
    text = "".join(map(_common, unicodedata.normalize("NFC", text))).replace("’", "'").replace("‘", "'")
    text = re.sub(r"[\"“”„«»‹›\[\]{}]", " ", text).replace("\0", " ")
    text = re.sub(r"\s*(?:--+|[–—―])\s*|(?<=\s)-(?=\s)", "—", text)
    text = _ENDLESS.sub(r"\g<0> ", text)
    return re.sub(r"\.\.\.+", "…", text)


def _common(character: str) -> str:
    """Plain form of letters in fancy dress, which eSpeak reads as numbers, and of digits that it leaves out."""
    if character.isascii() or not character.isalnum():
        return character
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    dress = unicodedata.decomposition(character).partition(" ")[0]
    return unicodedata.normalize("NFKC", character) if dress in _DRESSES else character


def _marks(part: str) -> str:
    """One mark of a run of marks, the one that weighs most, and a space where words would touch."""
    marks = part.strip()
    if marks in {"(", ")"}:
        return part
    kept = next((mark for mark in "?!….;:—,()" if mark in marks), "")
    return f"{kept} "


def _words(chunk: str, espeak: str) -> str:
    spoken = to_kokoro(transcribe(chunk, espeak), espeak)
    if any(character.isalnum() for character in chunk) and not any(symbol.isalpha() for symbol in spoken):
        raise EngineError(
            f"Kokoro cannot pronounce {chunk[:40]!r}",
            remedy="Write it as it is said, e.g. {written|spoken} in the script, or choose another voice",
        )
    return spoken


def _cut(phonemes: str) -> list[str]:
    """Cut at sentence ends, else clause ends, else spaces; then join what is short."""
    units: list[str] = []
    for sentence in _split(phonemes, _STOPS):
        clauses = [sentence] if len(sentence) <= LONGEST else _split(sentence, ";:,—)")
        for clause in clauses:
            units.extend([clause] if len(clause) <= LONGEST else _chop(clause))
    joined: list[str] = []
    for unit in units:
        short = joined and min(len(joined[-1]), len(unit)) < _SHORTEST
        if short and len(joined[-1]) + 1 + len(unit) <= LONGEST:
            joined[-1] = f"{joined[-1]} {unit}"
        else:
            joined.append(unit)
    return joined


def _split(text: str, marks: str) -> list[str]:
    return [part for part in re.split(f"(?<=[{re.escape(marks)}]) ", text) if part]


def _chop(clause: str) -> list[str]:
    """Cut at spaces into parts of about one length, and inside a word only when it alone is too long."""
    count = -(-len(clause) // LONGEST)
    aim = -(-len(clause) // count)
    parts = []
    while len(clause) > LONGEST:
        space = clause.rfind(" ", aim // 2, min(LONGEST, aim + 20))
        at = space if space > 0 else LONGEST
        parts.append(clause[:at])
        clause = clause[at:].strip()
    return [*parts, clause]
