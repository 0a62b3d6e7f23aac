"""Words whose sound somebody has settled: for a book, a series or a user."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

__all__ = ["EMPTY", "Entry", "Lexicon"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One written word or phrase and how it sounds: ``spoken`` words or ``ipa`` phonemes."""

    written: str
    """As it stands in the text; matched as whole tokens."""
    spoken: str = ""
    """Words to say instead."""
    ipa: str = ""
    """Phonemes, without slashes."""
    part: str = ""
    """Part of speech, as a note; the same word may have one entry for "noun" and one for "verb"."""
    case: bool = False
    """Whether capitals must agree."""
    language: str = ""
    """BCP 47 code of the texts it is for; empty is all."""

    def serves(self, language: str) -> bool:
        """Whether the entry is for texts in this language: ``en`` serves en-GB, ``en-GB`` not en-US."""
        ours = self.language.lower().replace("_", "-")
        theirs = language.lower().replace("_", "-")
        return not ours or theirs == ours or theirs.startswith(ours + "-")


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Entries, the strongest first."""

    entries: tuple[Entry, ...] = field(default=())

    def merged(self, weaker: Lexicon) -> Lexicon:
        """This lexicon's entries before those of a weaker one."""
        return Lexicon(self.entries + weaker.entries)

    def find(self, text: str, language: str) -> tuple[tuple[int, int, Entry], ...]:
        """Every place where an entry applies: start, end, entry. Longest match first, no overlaps.

        Args:
            text: Text with straight apostrophes.
            language: BCP 47 code of the text.
        """
        if not self.entries:
            return ()
        pattern, exact, folded = _compiled(self.entries, language)
        if pattern is None:
            return ()
        found = []
        for match in pattern.finditer(text):
            entry = exact.get(match[0]) or folded.get(match[0].casefold())
            if entry is not None:
                found.append((match.start(), match.end(), entry))
        return tuple(found)


EMPTY = Lexicon()

_Index = tuple[re.Pattern[str] | None, dict[str, Entry], dict[str, Entry]]


@lru_cache(maxsize=32)
def _compiled(entries: tuple[Entry, ...], language: str) -> _Index:
    exact: dict[str, Entry] = {}
    folded: dict[str, Entry] = {}
    for entry in entries:
        written = entry.written.replace("’", "'")
        if not written.strip() or not entry.serves(language):
            continue
        if entry.case:
            exact.setdefault(written, entry)
        else:
            folded.setdefault(written.casefold(), entry)
    forms = sorted(_forms(exact, folded), key=lambda form: (-len(form), form))
    if not forms:
        return None, exact, folded
    joined = "|".join(re.escape(form) for form in forms)
    # Whole tokens: no letter or figure may touch either end.
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE), exact, folded


def _forms(exact: Iterable[str], folded: Iterable[str]) -> set[str]:
    return set(exact) | set(folded)
