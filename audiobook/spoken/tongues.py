"""Other languages inside a text: which eSpeak NG knows by their writing, how they sound, and who says which sounds."""

from __future__ import annotations

import functools
import re
import unicodedata

from audiobook.spoken.ipa import tidy
from audiobook.spoken.rules import rows

__all__ = [
    "base", "by_script", "nearest", "other_pieces", "phrases", "reads_latin", "said_by", "transcribe", "voice_of",
]  # fmt: skip

Spans = tuple[tuple[int, int, str], ...]

_FLAG = re.compile(r"\([a-zA-Z-]+\)")
"""What eSpeak prints where it changes the language by itself."""
_SOUND = re.compile(r"[^\W\d_ˈˌːˑʰʲʷˤᵝ][\u0300-\u036fːˑʰʲʷˤᵝ]*")
_LONG = "ːˑ"
_NASAL, _SOFT, _SYLLABIC = "\u0303", "ʲ", "\u0329"
_VOWELS = frozenset("aeiouyæɑɒɔəɛɜɪʊʌɐɚɵøœɨʉɯɤʏᵻɘɝɞɶ")
_MARKS = re.compile(r"([\s.,;:!?…—–()«»“”„\"¿¡]+)")
_OTHER_SCRIPTS = frozenset(("be", "bg", "el", "grc", "hi", "mk", "ru", "uk"))
"""eSpeak voices that read no Latin letters."""
_SCRIPTS = (
    ("grc", "[\u1f00-\u1fff]"), ("el", "[\u0370-\u03ff]"), ("uk", "[іїєґІЇЄҐ]"), ("ru", "[\u0400-\u04ff]"),
)  # fmt: skip
"""Language and letters that only it has, or that it is the likeliest to have; the first that fits."""


def base(language: str) -> str:
    """Return the language of a BCP 47 code without region and script."""
    return language.replace("_", "-").partition("-")[0].lower()


@functools.cache
def voice_of(language: str) -> str:
    """Return eSpeak's voice for a BCP 47 code; empty where it has none that could read a text aloud."""
    subtags = language.lower().replace("_", "-").split("-")
    known = {row[0]: row[1] for row in rows("tongues.tsv")}
    region = next((tag for tag in subtags[1:] if len(tag) == 2 or tag.isdecimal()), "")
    voice = known.get(f"{subtags[0]}-{region}") or known.get(subtags[0], "")
    return "" if "latn" in subtags[1:] and voice in _OTHER_SCRIPTS else voice


def reads_latin(language: str) -> bool:
    """Whether a language is written in Latin letters only, as far as eSpeak knows it."""
    voice = voice_of(language)
    return bool(voice) and voice not in _OTHER_SCRIPTS | {"sr", "bs", "hr"}


def by_script(text: str) -> str:
    """Return the language that a word in letters other than Latin is most likely in; empty for Latin letters."""
    return next((language for language, letters in _SCRIPTS if re.search(letters, text)), "")


def phrases(text: str) -> list[str]:
    """Split at punctuation, which eSpeak's phonemes do not hold: phrases at even places, marks at odd ones."""
    return _MARKS.sub(lambda match: match[0] if match[0].isspace() else f"\0{match[0]}\0", text).split("\0")


@functools.lru_cache(maxsize=4096)
def transcribe(words: str, voice: str) -> str:
    """Return eSpeak's IPA of words without punctuation.

    Args:
        words: spoken form.
        voice: one of eSpeak's names.
    """
    from piper import espeakbridge

    _start()
    espeakbridge.set_voice(voice)
    return " ".join(phonemes for phonemes, _, _ in espeakbridge.get_phonemes(words) if phonemes)


@functools.cache
def _start() -> None:
    from piper.phonemize_espeak import EspeakPhonemizer

    EspeakPhonemizer()


def said_by(words: str, language: str, voice: str) -> str:
    """Return the IPA of words of one language as a voice of another says them; empty where eSpeak lacks the first.

    Args:
        words: spoken form, without punctuation.
        language: BCP 47 code of the words.
        voice: eSpeak's name of the language whose sounds there are.
    """
    theirs = voice_of(language)
    if not theirs:
        return ""
    ipa = transcribe(words, theirs)
    # To everybody but Americans the flap of "little" is an r.
    return nearest(ipa.replace("ɾ", "t") if theirs == "en-us" and base(voice) != "en" else ipa, voice)


def other_pieces(text: str, language: str, own: str, foreign: Spans, phonemes: Spans = ()) -> Spans:
    """Return the pieces of a text that a voice cannot read by its own rules; the whole of a text in another language.

    Args:
        text: spoken form.
        language: BCP 47 code of the text.
        own: BCP 47 code of the voice.
        foreign: (start, end, BCP 47) of words in other languages than the text.
        phonemes: (start, end, IPA) of words whose sound is given.
    """
    pieces = list(foreign)
    if base(language) != base(own):
        at = 0
        for start, end, _ in (*sorted((*foreign, *phonemes)), (len(text), len(text), "")):
            words = text[at:start].strip()
            if any(map(str.isalpha, words)):
                first = text.index(words, at)
                pieces.append((first, first + len(words), language))
            at = end
    return tuple(sorted(piece for piece in pieces if voice_of(piece[2]) and base(piece[2]) != base(own)))


def nearest(ipa: str, voice: str) -> str:
    """Say IPA with the sounds of one language, each by its nearest; unchanged for a language whose sounds are unknown.

    Args:
        ipa: as `transcribe` gives it, in any language.
        voice: eSpeak's name of the language that is to say it.
    """
    text = unicodedata.normalize("NFD", tidy(_FLAG.sub("", ipa)).replace("-", ""))
    own = _sounds(voice) or _sounds(base(voice))
    if not own:
        return unicodedata.normalize("NFC", text)
    said: list[str] = []
    at = 0
    for match in _units(own).finditer(text):
        said += [text[at : match.start()], _said(match[0], own, text[match.end() :].lstrip("ˈˌ")[:1])]
        at = match.end()
    return unicodedata.normalize("NFC", "".join((*said, text[at:])))


@functools.cache
def _sounds(voice: str) -> frozenset[str]:
    return frozenset(
        sound for row in rows("sounds.tsv") if row[0] == voice for sound in unicodedata.normalize("NFD", row[1]).split()
    )


@functools.cache
def _units(own: frozenset[str]) -> re.Pattern[str]:
    """Match one sound, or a diphthong that counts as one."""
    whole = {sound for sound in (*own, *_nearest()) if len(_SOUND.findall(sound)) > 1}
    return re.compile("|".join([*map(re.escape, sorted(whole)), _SOUND.pattern]))


@functools.cache
def _nearest() -> dict[str, tuple[str, ...]]:
    return {unicodedata.normalize("NFD", row[0]): tuple(row[1].split(" ")) for row in rows("nearest.tsv")}


def _said(sound: str, own: frozenset[str], following: str, seen: frozenset[str] = frozenset()) -> str:
    """Resolve one sound before another: itself, its neighbours, what its marks mean, its neighbours' neighbours."""
    if sound in own or sound in seen:
        return sound if sound in own else ""
    close = _nearest().get(sound, ())
    for other in close:
        # No language that has h has it behind a vowel.
        if other == "-" or (other in own and (other != "h" or following in _VOWELS)):
            return other.strip("-")
    seen |= {sound}
    if len(sound) > 1 and not close:
        return _unmarked(sound, own, following, seen)
    for other in close:
        parts = _SOUND.findall(other)
        said = [_said(part, own, following, seen) for part in parts]
        if all(said):
            return "".join(said)
    return ""


def _unmarked(sound: str, own: frozenset[str], following: str, seen: frozenset[str]) -> str:
    """Resolve a sound by its letter and what its last mark adds: n to a nasal vowel, j to a soft consonant."""
    bare, mark = sound[:-1], sound[-1]
    before = _said("ə", own, bare, seen) if mark == _SYLLABIC else ""
    also = ""
    if mark == _NASAL and following not in tuple("nmŋɲ"):
        also = "n"
    elif mark == _SOFT and following in _VOWELS and sound[0] not in _VOWELS:
        also = "j"
    return before + _said(bare, own, also or following, seen) + also
