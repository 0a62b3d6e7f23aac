"""The mood of a scene, from its words: slow to come, slow to go."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from audiobook.adapt.cuewords import cue_words

__all__ = ["Mood", "paragraph_moods", "valences"]

Mood = str
"""A cue of narration (``suspense``, ``action``, ``sadness`` ...), or empty."""

_SENTENCE = re.compile(r"[^.!?…]+")
_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_MEMORY = 8
"""Sentences of the exponential mean."""
_KEEP = 1 - 2 / (_MEMORY + 1)
_ENTER = 0.5
"""Mean of mood words in a sentence above which a mood begins."""
_LEAVE = 0.2
_LEAST = 4
"""Paragraphs that a mood lasts at least, and that pass at least between two."""
_MOST_HITS = 2
"""Mood words that count in one sentence."""
_BRIGHT, _GLOOMY = 0.05, -0.05
"""Mean valence, -4 to 4 a word, that joy and tenderness, or sadness and fear, must go with."""
_SIDES = {"joy": 1, "tenderness": 1, "sadness": -1, "fear": -1}


def paragraph_moods(paragraphs: Iterable[str]) -> Iterator[Mood]:
    """Yield the mood of each paragraph of one scene.

    Weak evidence: lists of words for each mood, checked against the valence of VADER's lexicon (Hutto &
    Gilbert 2014). An exponential mean over eight sentences decides, with hysteresis, so that a mood
    changes at paragraphs, rarely, and never line by line.
    """
    means = dict.fromkeys(sorted(set(cue_words().moods.values())), 0.0)
    tone = 0.0
    mood, lasted = "", _LEAST
    for paragraph in paragraphs:
        for sentence in _SENTENCE.findall(paragraph.lower().replace("’", "'")):
            words = _WORD.findall(sentence)
            if words:
                tone = tone * _KEEP + sum(_valences(words)) / len(words) * (1 - _KEEP)
                _count(means, words)
        wanted = _choose(means, tone, mood)
        if wanted != mood and lasted >= _LEAST:
            mood, lasted = wanted, 0
        lasted += 1
        yield mood


def _count(means: dict[str, float], words: list[str]) -> None:
    """Move each mood's mean on by one sentence."""
    moods = cue_words().moods
    hits: dict[str, int] = {}
    for word in words:
        name = moods.get(word)
        if name is not None:
            hits[name] = hits.get(name, 0) + 1
    for name, mean in means.items():
        means[name] = mean * _KEEP + min(hits.get(name, 0), _MOST_HITS) * (1 - _KEEP)


def _choose(means: Mapping[str, float], tone: float, mood: Mood) -> Mood:
    name, level = max(means.items(), key=lambda item: item[1])
    if level >= _ENTER and _agrees(name, tone):
        return name
    return mood if mood and means[mood] >= _LEAVE else ""


def _agrees(name: str, tone: float) -> bool:
    side = _SIDES.get(name, 0)
    return side == 0 or (tone > _BRIGHT if side > 0 else tone < _GLOOMY)


def valences(text: str) -> list[float]:
    """Return the valence, -4 to 4, of each word of a text in small letters that has one."""
    return _valences(_WORD.findall(text))


def _valences(words: list[str]) -> list[float]:
    """Return the valence of words; a negation up to three words before turns it round."""
    table = _lexicon()
    return [
        -table[word] if _negated(words, index) else table[word] for index, word in enumerate(words) if word in table
    ]


_NEGATIONS = frozenset({"not", "no", "never", "without", "neither", "nor", "hardly", "scarcely", "cannot"})


def _negated(words: list[str], index: int) -> bool:
    return any(word in _NEGATIONS or word.endswith("n't") for word in words[max(index - 3, 0) : index])


@cache
def _lexicon() -> dict[str, float]:
    """Read VADER's valence of single words."""
    from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

    misleading = cue_words().misleading
    table: dict[str, float] = SentimentIntensityAnalyzer().lexicon
    return {word: value for word, value in table.items() if word.isalpha() and word not in misleading}
