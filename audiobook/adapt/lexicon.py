"""The word lists beside this package: verbs of speech, titles, nouns for people, given names."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from audiobook.adapt.marked import Sex

__all__ = ["Lexicon", "lexicon", "word_classes"]

_SEXES: dict[str, Sex] = {"male": "male", "female": "female", "any": "unknown"}


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Word lists, lower case unless a field says otherwise."""

    verbs: dict[str, str]
    """Verb form -> ``neutral``, ``manner``, ``gesture`` or ``thought``; a first class wins."""
    titles: dict[str, Sex]
    """Title without a dot -> the sex it tells."""
    roles: dict[str, Sex]
    """Noun for a person -> the sex it tells."""
    names: dict[str, Sex]
    """Given name -> the sex it usually tells; names of both are left out."""
    short: dict[str, tuple[str, ...]]
    """Short form of a given name -> full forms."""
    groups: dict[str, frozenset[str]]
    """Words that single rules ask for, by group."""
    weights: dict[str, float]
    """Evidence for a speaker -> log odds."""
    common: frozenset[str]
    """Words that begin sentences and are no names."""


def _lines(name: str) -> list[str]:
    text = files("audiobook.adapt").joinpath("data").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def word_classes(name: str) -> list[tuple[str, str]]:
    """Read words under ``:class`` headings."""
    pairs: list[tuple[str, str]] = []
    heading = ""
    for line in _lines(name):
        if line.startswith(":"):
            heading = line[1:].strip()
        else:
            pairs += [(word, heading) for word in line.split()]
    return pairs


def _groups() -> dict[str, frozenset[str]]:
    groups: dict[str, set[str]] = {}
    for word, heading in word_classes("groups.txt"):
        groups.setdefault(heading, set()).add(word)
    return {heading: frozenset(words) for heading, words in groups.items()}


@cache
def lexicon() -> Lexicon:
    """Read the lists once."""
    verbs: dict[str, str] = {}
    for word, kind in word_classes("verbs.txt"):
        verbs.setdefault(word, kind)
    roles: dict[str, Sex] = {}
    for word, sex in word_classes("roles.txt"):
        roles.setdefault(word, _SEXES[sex])
    names: dict[str, set[Sex]] = {}
    for word, sex in word_classes("names.txt"):
        names.setdefault(word.lower(), set()).add(_SEXES[sex])
    short: dict[str, tuple[str, ...]] = {}
    for line in _lines("nicknames.txt"):
        left, _, right = line.partition(":")
        for word in left.split():
            short[word] = (*short.get(word, ()), *right.split())
    return Lexicon(
        verbs=verbs,
        titles={word: _SEXES[sex] for word, sex in word_classes("titles.txt")},
        roles=roles,
        names={word: next(iter(sexes)) for word, sexes in names.items() if len(sexes) == 1},
        short=short,
        groups=_groups(),
        weights={line.split()[0]: float(line.split()[1]) for line in _lines("weights.txt")},
        common=frozenset(word for line in _lines("common.txt") for word in line.split()),
    )
