"""Names as libraries file them: "The Lamp" under "Lamp, The", "Lewis Carroll" under "Carroll, Lewis"."""

from __future__ import annotations

import re

from audiobook.names import one_line

__all__ = ["sort_person", "sort_title"]

_ARTICLES = {
    "en": "the a an",
    "de": "der die das den dem des ein eine einer eines",
    "fr": "le la les l' un une des",
    "es": "el la los las un una unos unas",
    "it": "il lo la i gli le l' un uno una un'",
    "pt": "o a os as um uma uns umas",
    "nl": "de het een 't",
    "sv": "den det de en ett",
    "da": "den det de en et",
    "no": "den det de en ei et",
}
"""Articles that libraries pass over, by language."""
_SUFFIX = re.compile(r"(?i)(?:jr|sr)\.?|[ivx]{2,4}|ph\.?d\.?|m\.?d\.?|esq\.?")
_PERSON = re.compile(r"[^\W\d_][\w.'’-]*")


def sort_title(title: str, language: str) -> str:
    """Return ``title`` with its article at the end, after a comma; as it is where there is none."""
    title = one_line(title)
    first, space, rest = title.replace("’", "'").partition(" ")
    known = _ARTICLES.get(language.partition("-")[0].lower(), "").split()
    if space and rest and first.lower() in known:
        return f"{title[len(first) + 1 :]}, {title[: len(first)]}"
    elided = re.match(r"(\w+['’])(?=\w)", title)
    if elided and elided[1].replace("’", "'").lower() in known:
        return f"{title[elided.end() :]}, {elided[1]}"
    return title


def sort_person(name: str) -> str:
    """Return a person's name with the family name first, where it can be told; else the name as it is.

    Particles in small letters stay with the given names ("Beethoven, Ludwig van"), those with a capital begin the
    family name ("Le Guin, Ursula K."). What is no name of two to five such words, each with a capital or a particle,
    is left alone: companies, pen names of one word, and names in scripts without capitals.
    """
    words = one_line(name).split()
    suffix = f", {words.pop().rstrip(',')}" if len(words) > 2 and _SUFFIX.fullmatch(words[-1]) else ""
    words = [word.rstrip(",") for word in words] if suffix else words
    if not 2 <= len(words) <= 5 or not all(_PERSON.fullmatch(word) for word in words):
        return one_line(name)
    if not words[0][0].isupper() or not words[-1][0].isupper() or words[0].lower() in _ARTICLES["en"].split():
        return one_line(name)
    at = len(words) - 1
    while at > 1 and words[at - 1] in _FAMILY:
        at -= 1
    if any(not (word[0].isupper() or word in _PARTICLES) for word in words[1:at]):
        return one_line(name)
    return f"{' '.join(words[at:])}, {' '.join(words[:at])}{suffix}"


_PARTICLES = frozenset(
    re.findall(r"\S+", "van von der den de la le du di da del della dos das ten ter zu zur af av bin ibn al el y e")
)
_FAMILY = frozenset(re.findall(r"\S+", "Van Von De La Le Du Di Da Del Della Des St. Saint Mac Ten Ter"))
"""Particles that begin the family name when they have a capital."""
