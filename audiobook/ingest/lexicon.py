"""Pronunciation that a book brings along: PLS lexicons, and X-SAMPA turned into IPA."""

from __future__ import annotations

from audiobook.book import LexiconEntry
from audiobook.container.xml import Element, attribute, children_text, local, parse_xml
from audiobook.errors import SourceError
from audiobook.ingest.clean import one_line

__all__ = ["read_pls", "to_ipa"]

_XSAMPA = {
    "p": "p", "b": "b", "t": "t", "d": "d", "k": "k", "g": "ɡ", "m": "m", "n": "n", "f": "f", "v": "v", "s": "s",
    "z": "z", "h": "h", "j": "j", "w": "w", "l": "l", "r": "r", "a": "a", "e": "e", "i": "i", "o": "o", "u": "u",
    "y": "y", "c": "c", "q": "q", "x": "x", "A": "ɑ", "B": "β", "C": "ç", "D": "ð", "E": "ɛ", "F": "ɱ", "G": "ɣ",
    "H": "ɥ", "I": "ɪ", "J": "ɲ", "K": "ɬ", "L": "ʎ", "M": "ɯ", "N": "ŋ", "O": "ɔ", "P": "ʋ", "Q": "ɒ", "R": "ʁ",
    "S": "ʃ", "T": "θ", "U": "ʊ", "V": "ʌ", "W": "ʍ", "X": "χ", "Y": "ʏ", "Z": "ʒ", "1": "ɨ", "2": "ø", "3": "ɜ",
    "4": "ɾ", "5": "ɫ", "6": "ɐ", "7": "ɤ", "8": "ɵ", "9": "œ", "@": "ə", "{": "æ", "}": "ʉ", "&": "ɶ", "?": "ʔ",
    ":": "ː", '"': "ˈ", "%": "ˌ", "~": "̃", "=": "̩", ".": ".", "|": "|", " ": " ", "-": "", "!": "ꜜ", "^": "ꜛ",
    ":\\": "ˑ", "@`": "ɚ", "3`": "ɝ", "r\\": "ɹ", "r\\`": "ɻ", "R\\": "ʀ", "J\\": "ɟ", "G\\": "ɢ", "B\\": "ʙ",
    "L\\": "ʟ", "N\\": "ɴ", "H\\": "ʜ", "h\\": "ɦ", "j\\": "ʝ", "l\\": "ɺ", "M\\": "ɰ", "s\\": "ɕ", "z\\": "ʑ",
    "v\\": "ʋ", "x\\": "ɧ", "X\\": "ħ", "p\\": "ɸ", "K\\": "ɮ", "I\\": "ᵻ", "U\\": "ᵿ", "3\\": "ɞ", "@\\": "ɘ",
    "?\\": "ʕ", "<\\": "ʢ", ">\\": "ʡ", "O\\": "ʘ", "|\\": "ǀ", "||\\": "ǁ", "!\\": "ǃ", "=\\": "ǂ", "t`": "ʈ",
    "d`": "ɖ", "n`": "ɳ", "s`": "ʂ", "z`": "ʐ", "l`": "ɭ", "r`": "ɽ", "_h": "ʰ", "_j": "ʲ", "_w": "ʷ", "_G": "ˠ",
    "_?\\": "ˤ", "_0": "̥", "_v": "̬", "_d": "̪", "_~": "̃", "_=": "̩", "_^": "̯", "_a": "̺", "_n": "ⁿ", "_l": "ˡ",
    "_}": "̚", "_T": "̋", "_H": "́", "_M": "̄", "_L": "̀", "_B": "̏", "_R": "̌", "_F": "̂", "_>": "ʼ", "_<": "↓",
    "||": "‖", "'": "ʲ",
}  # fmt: skip
"""X-SAMPA (J. C. Wells, 1995) to IPA."""
_LONGEST = max(map(len, _XSAMPA))
_MAX_ENTRIES = 100_000


def to_ipa(phonemes: str, alphabet: str) -> str:
    """Return phonemes in IPA; alphabets other than X-SAMPA are taken to be IPA already."""
    phonemes = one_line(phonemes)
    if "sampa" not in alphabet.lower():
        return phonemes
    result: list[str] = []
    at = 0
    while at < len(phonemes):
        for length in range(_LONGEST, 0, -1):
            sign = phonemes[at : at + length]
            if sign in _XSAMPA:
                result.append(_XSAMPA[sign])
                at += length
                break
        else:
            result.append(phonemes[at])
            at += 1
    return "".join(result)


def read_pls(data: bytes, place: str, language: str = "") -> tuple[LexiconEntry, ...]:
    """Read a W3C Pronunciation Lexicon (PLS 1.0); a lexeme's preferred or first pronunciation counts.

    Raises:
        SourceError: the lexicon is no XML.
        HostileSourceError: it is built to do harm.
    """
    root = parse_xml(data, place)
    if local(root) != "lexicon":
        raise SourceError(
            "this is no pronunciation lexicon", place=place, remedy="Take it out of the book, or name a PLS file"
        )
    language = attribute(root, "lang") or language
    alphabet = attribute(root, "alphabet") or "ipa"
    entries: list[LexiconEntry] = []
    for lexeme in root.iter("{*}lexeme"):
        entry = _lexeme(lexeme, alphabet, language)
        if entry:
            entries.append(entry)
        if len(entries) >= _MAX_ENTRIES:
            break
    return tuple(entries)


def _lexeme(lexeme: Element, alphabet: str, language: str) -> LexiconEntry | None:
    graphemes = tuple(filter(None, (one_line(children_text(node)) for node in lexeme.iter("{*}grapheme"))))
    spoken = [node for node in lexeme if local(node) in {"phoneme", "alias"} and children_text(node)]
    if not graphemes or not spoken:
        return None
    best = next((node for node in spoken if node.get("prefer") == "true"), spoken[0])
    part = " ".join(name.rpartition(":")[2] for name in (lexeme.get("role") or "").split())
    if local(best) == "alias":
        return LexiconEntry(graphemes, alias=one_line(children_text(best)), language=language, part=part)
    phonemes = to_ipa(children_text(best), best.get("alphabet") or alphabet)
    return LexiconEntry(graphemes, phonemes=phonemes, language=language, part=part)
