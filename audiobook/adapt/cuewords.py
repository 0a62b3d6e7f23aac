"""The list of cue words beside this package, in the shape that looking them up needs."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

__all__ = ["CueWords", "Hint", "cue_words"]

Hint = tuple[str, float]
"""Name of a cue and its strength."""


@dataclass(frozen=True, slots=True)
class CueWords:
    """Words in small letters and what they tell; see the head of ``data/cues.txt``."""

    verbs: dict[str, Hint]
    adverbs: dict[str, Hint]
    business: dict[str, Hint]
    nouns: dict[str, Hint]
    voices: dict[str, Hint]
    spoken: dict[str, Hint]
    """Words and phrases, blanks between words."""
    spoken_pattern: re.Pattern[str]
    """Finds the keys of ``spoken`` in small letters."""
    moods: dict[str, str]
    acronyms: frozenset[str]
    """Capitals that are no shouting."""
    misleading: frozenset[str]
    """Words to which a sentiment lexicon gives a feeling that they seldom have in stories."""


@cache
def cue_words() -> CueWords:
    """Read the list once."""
    tables: dict[str, dict[str, Hint]] = {
        kind: {} for kind in ("verb", "adverb", "business", "noun", "voice", "spoken", "mood", "acronym", "misleading")
    }
    kind, hint = "", ("", 1.0)
    text = files("audiobook.adapt").joinpath("data").joinpath("cues.txt").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith(":"):
            kind, *rest = line[1:].split()
            hint = (rest[0] if rest else "", float(rest[1]) if len(rest) > 1 else 1.0)
        elif line and not line.startswith("#"):
            for word in line.split():
                for form in _forms(word) if kind in {"verb", "business"} else (word.replace("_", " "),):
                    tables[kind].setdefault(form, hint)
    return CueWords(
        verbs=tables["verb"],
        adverbs=tables["adverb"],
        business=tables["business"],
        nouns=tables["noun"],
        voices=tables["voice"],
        spoken=tables["spoken"],
        spoken_pattern=_pattern(tables["spoken"]),
        moods={word: name for word, (name, _) in tables["mood"].items()},
        acronyms=frozenset(tables["acronym"]),
        misleading=frozenset(tables["misleading"]),
    )


def _forms(past: str) -> tuple[str, ...]:
    """Make the other forms of a regular verb; some that do not exist come along and never match."""
    if not past.endswith("ed"):
        return _IRREGULAR.get(past, (past,))
    stem = past[:-2]
    forms = [past, f"{stem}s", f"{stem}es", f"{stem}ing"]
    if stem.endswith("i"):
        forms.append(f"{stem[:-1]}ying")
    if len(stem) > 2 and stem[-1] == stem[-2]:
        forms.append(f"{stem[:-1]}s")
    return tuple(forms)


_IRREGULAR = {
    "spat": ("spat", "spits", "spitting"),
    "wept": ("wept", "weeps", "weeping"),
    "sang": ("sang", "sings"),
    "swore": ("swore", "swears"),
    "burst": ("burst", "bursts"),
    "thought": ("thought", "thinks"),
    "besought": ("besought", "beseeches", "beseeching"),
}


def _pattern(phrases: Iterable[str]) -> re.Pattern[str]:
    longest_first = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    return re.compile(rf"(?<![\w'])(?:{'|'.join(map(re.escape, longest_first))})(?![\w'])")
