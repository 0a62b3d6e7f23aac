"""Guessing the language of a text: by its script, and for Latin letters by its commonest words."""

from __future__ import annotations

import re
from collections import Counter

__all__ = ["belies", "guess_language", "speaks_for"]

_COMMON = {
    "en": "the and of to in that was his her with had not but for which you she a is it he said they i no con",
    "fr": "le la les des et un une dans que qui pas pour est sur elle il avec était",
    "de": "der die das und nicht ein eine ich zu sie war mit den dem auf auch sich",
    "es": "el los las que y en un una con por no se su para como más había",
    "it": "il che di e non la un una per con si della era gli sono nel anche",
    "pt": "o os que e não um uma com para se da do dos era mais como seu",
    "nl": "de het een en van ik niet dat hij zijn was met op te haar voor maar",
    "sv": "och att det som en han var på inte jag med sig för ett den hon",
    "da": "og at det som en han var på ikke jeg med sig for et den hun af",
    "fi": "ja on ei se että hän oli kun niin mutta kuin minä sen hänen mitä",
    "pl": "i w nie na się z do że to jak jest był co po ale tak",
    "cs": "se na je že to v s do jsem není byl ale jako když už",
    "la": "et in non est ad cum qui ut quod sed ex atque per quae enim",
}
_VOTES = {
    word: [code for code, words in _COMMON.items() if word in words.split()]
    for words in _COMMON.values()
    for word in words.split()
}
_OWN_LETTERS = {
    "es": "ñ¿¡éíóú", "de": "ßäöü", "sv": "äöå", "fi": "äö", "pt": "ãõçéíóú", "fr": "êîûœèùçé", "cs": "íóúřěů",
    "pl": "łążśćźę", "da": "åøæ", "it": "òìèù",
}  # fmt: skip
"""Letters that hardly any English word has; each says one word's worth."""
_SCRIPTS = (
    ("ja", "[\u3041-\u30ff]"), ("ko", "[\u1100-\u11ff\uac00-\ud7a3]"), ("zh", "[\u3400-\u9fff\U00020000-\U000323af]"),
    ("ar", "[\u0621-\u06ff]"), ("he", "[\u05d0-\u05ea]"), ("el", "[\u0370-\u03ff\u1f00-\u1fff]"),
    ("ru", "[\u0400-\u052f]"), ("hi", "[\u0900-\u097f]"), ("bn", "[\u0980-\u09ff]"), ("pa", "[\u0a00-\u0a7f]"),
    ("gu", "[\u0a80-\u0aff]"), ("ta", "[\u0b80-\u0bff]"), ("te", "[\u0c00-\u0c7f]"), ("kn", "[\u0c80-\u0cff]"),
    ("ml", "[\u0d00-\u0d7f]"), ("si", "[\u0d80-\u0dff]"), ("th", "[\u0e00-\u0e7f]"), ("lo", "[\u0e80-\u0eff]"),
    ("my", "[\u1000-\u109f]"), ("ka", "[\u10a0-\u10ff]"), ("am", "[\u1200-\u137f]"), ("km", "[\u1780-\u17ff]"),
    ("hy", "[\u0530-\u058f]"),
)  # fmt: skip
"""The letters of each script, and the language that most books in it are in."""
_SISTERS = {"ar": (("ur", "[ٹڈڑے]"), ("fa", "[پچژگ]")), "ru": (("uk", "[іїєґ]"), ("sr", "[јљњћђџ]"))}
"""Languages of a script that letters of their own tell."""
_SAMPLE = 20_000
_WORD = re.compile(r"[^\W\d_]+")
_LEAST_VOTES = 3
"""Words of a language that a text must have, or it counts as one without a sign."""


def belies(text: str, marked: str, own: str) -> bool:
    """Tell whether words marked as another language are plainly the book's own.

    Word processors and converters write such marks by the keyboard in use, over whole paragraphs.

    Args:
        text: the marked words.
        marked: BCP 47 code of the mark.
        own: BCP 47 code of the book.
    """
    words, theirs, ours = _votes_of(text, marked, own)
    return ours >= _LEAST_VOTES and ours > theirs and ours > 0.2 * words


def speaks_for(text: str, marked: str, own: str, *, stressed: bool) -> bool:
    """Tell whether words that a word processor's proofing calls another language are in it.

    Args:
        text: the marked words.
        marked: BCP 47 code of the mark.
        own: BCP 47 code of the book.
        stressed: whether they are set off, as printers set words of other languages.
    """
    _, theirs, ours = _votes_of(text, marked, own)
    return theirs > ours or (not ours and (stressed or any(char.isalpha() and not char.isascii() for char in text)))


def _votes_of(text: str, marked: str, own: str) -> tuple[int, int, int]:
    """Return how many words there are, and how many common ones that only the one and only the other language has."""
    one, other = (code.replace("_", "-").partition("-")[0].lower() for code in (marked, own))
    voters = [_VOTES.get(word, ()) for word in _WORD.findall(text.casefold())]
    return (
        len(voters),
        sum(one in codes and other not in codes for codes in voters),
        sum(other in codes and one not in codes for codes in voters),
    )


def guess_language(text: str, default: str = "en", *, words_only: bool = False) -> str:
    """Return the BCP 47 code of the likeliest language, or the default where the text gives too little sign.

    The sample is the middle of the text, where no licence or title page disturbs it. Scripts other than Latin decide
    by themselves, and letters that few languages have count as words, unless the text may have been decoded wrongly
    and ``words_only`` says so.
    """
    middle = max(0, (len(text) - _SAMPLE) // 2)
    sample = text[middle : middle + _SAMPLE].casefold()
    words = _WORD.findall(sample)
    script = "" if words_only else _by_script(sample, sum(map(len, words)))
    if script:
        return script
    votes: Counter[str] = Counter()
    for word in words:
        votes.update(_VOTES.get(word, ()))
    if not words_only:
        for code, letters in _OWN_LETTERS.items():
            votes[code] += sum(map(sample.count, letters))
    best = max(_COMMON, key=lambda code: (votes[code], code == "en"))
    if best != "en" and votes[best] < _LEAST_VOTES:
        return default
    return best if votes[best] > 0.08 * len(words) else default


def _by_script(sample: str, letters: int) -> str:
    """Return the language of a text of which most letters are of one script that is not Latin, or nothing."""
    if sample.isascii():
        return ""
    counts = {code: len(re.findall(pattern, sample)) for code, pattern in _SCRIPTS}
    kana, han = counts["ja"], counts["zh"]
    if 2 * (kana + han) > letters:
        return "ja" if 20 * kana > kana + han else "zh"
    best = max(counts, key=lambda code: counts[code])
    if 2 * counts[best] <= letters or not counts[best]:
        return ""
    for code, own in _SISTERS.get(best, ()):
        if 100 * len(re.findall(own, sample)) > counts[best]:
            return code
    return best
