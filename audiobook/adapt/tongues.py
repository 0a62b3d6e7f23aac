"""Words beside speech in other languages than English, and which of these languages a book is in."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import cache

from audiobook.adapt.lexicon import lexicon, word_classes
from audiobook.adapt.marked import Sex

__all__ = ["Tongue", "tongue_of"]

_SAMPLE = 40_000
"""Characters from the middle of a text that tell its language."""
_SHARE = 0.3
"""Letters of a script that make the text one of its language."""
_SIGNS = 2
"""Different verbs of speech that tell the language of a text whose metadata say English."""
_ABROAD = re.compile(r"[«»„‹›¿¡ß-öø-ÿœ]|(?:^|\n)[—–]")
"""Letters and marks that English hardly uses; without any, "fit" and "dice" are no French and no Italian."""
_SCRIPTS = (("ja", re.compile("[぀-ヿ]")), ("zh", re.compile("[一-鿿]")), ("ru", re.compile("[а-яё]")))
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")


@dataclass(frozen=True, slots=True, eq=False)
class Tongue:
    """What surrounds speech in one language; all words are in lower case."""

    code: str
    """BCP 47 language subtag."""
    verbs: frozenset[str]
    he: frozenset[str]
    """Pronouns right at a verb, all but those of women."""
    she: frozenset[str]
    articles: frozenset[str]
    titles: frozenset[str]
    inside: frozenset[str]
    """Small words between the capitals of a name."""
    asides: frozenset[str]
    """First words of what follows a tag and a comma without returning to the speech."""
    sexes: dict[str, Sex]
    """Given name or title -> sex."""
    nouns: dict[str, Sex]
    """Noun for a person -> sex."""
    genders: dict[str, Sex]
    """Article or the like -> the sex that its gender tells of a person."""

    @property
    def unspaced(self) -> bool:
        """The language writes its words without spaces between them."""
        return self.code in {"zh", "ja"}


@cache
def _tongues() -> dict[str, Tongue]:
    groups: dict[str, dict[str, list[str]]] = {}
    for word, heading in word_classes("tongues.txt"):
        code, group = heading.split()
        groups.setdefault(code, {}).setdefault(group, []).append(word)
    titles = {word: sex for sex in _PRONOUNS for word in groups["any"][_PRONOUNS[sex]]}
    return {code: _tongue(code, found, titles) for code, found in groups.items() if code != "any"}


_PRONOUNS: dict[Sex, str] = {"male": "he", "female": "she"}


def _tongue(code: str, groups: dict[str, list[str]], titles: dict[str, Sex]) -> Tongue:
    """Put the lists of one language together."""

    def words(group: str) -> frozenset[str]:
        return frozenset(groups.get(group, ()))

    def by_sex(male: str, female: str) -> dict[str, Sex]:
        return {**dict.fromkeys(words(male), "male"), **dict.fromkeys(words(female), "female")}

    return Tongue(
        code,
        verbs=words("verbs"),
        he=words("he"),
        she=words("she"),
        articles=words("articles"),
        titles=words("titles"),
        inside=words("inside"),
        asides=words("asides"),
        sexes={**by_sex("male", "female"), **{title: sex for title, sex in titles.items() if title in words("titles")}},
        nouns={**by_sex("men", "women"), **dict.fromkeys(words("either"), "unknown")},
        genders=by_sex("masculine", "feminine"),
    )


def tongue_of(language: str, text: str) -> Tongue | None:
    """Tell which language's words to look for; None for English and for languages without a list.

    A book whose metadata say English may still be in another one: its script or its verbs of speech tell.
    """
    tongues = _tongues()
    code = language.lower().partition("-")[0]
    if code in tongues:
        return tongues[code]
    if code not in {"en", ""}:
        return None
    middle = max(0, (len(text) - _SAMPLE) // 2)
    sample = text[middle : middle + _SAMPLE].lower()
    letters = sum(map(str.isalpha, sample))
    for script, pattern in _SCRIPTS:
        if len(pattern.findall(sample)) > _SHARE * letters:
            return tongues[script]
    words = Counter(_WORD.findall(sample))
    own = sum(words[verb] for verb in lexicon().verbs)
    votes = {name: sum(words[verb] for verb in tongue.verbs) for name, tongue in tongues.items()}
    best = max(sorted(votes), key=lambda name: votes[name])
    several = sum(1 for verb in tongues[best].verbs if words[verb]) >= _SIGNS
    return tongues[best] if several and votes[best] > own and _ABROAD.search(sample) is not None else None
