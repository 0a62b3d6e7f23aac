"""Words whose sound somebody has settled: for a book, a series or a user."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from audiobook.spoken.parts import named, shown

__all__ = ["EMPTY", "Entry", "Lexicon"]

_TOKEN = re.compile(r"\w+|[^\w\s]")


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
    """Part of speech; tells several entries of one word apart (see `Lexicon.find`)."""
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
    _indexes: dict[str, _Index] = field(default_factory=dict, init=False, repr=False, compare=False)
    """Language -> index, made when a text of that language first asks."""

    def merged(self, weaker: Lexicon) -> Lexicon:
        """This lexicon's entries before those of a weaker one."""
        return Lexicon(self.entries + weaker.entries)

    def find(self, text: str, language: str) -> tuple[tuple[int, int, Entry], ...]:
        """Every place where an entry applies: start, end, entry. Longest match first, no overlaps.

        Of several entries of one word, that counts whose part of speech the words around it show (English
        only), else the first without one, else the first.

        Args:
            text: Text with straight apostrophes.
            language: BCP 47 code of the text.
        """
        if not self.entries:
            return ()
        index = self._indexes.get(language)
        if index is None:
            index = self._indexes[language] = _Index(self.entries, language)
        found, last = [], 0
        for token in _TOKEN.finditer(text):
            # Whole tokens: no letter or figure may touch either end.
            start = token.start()
            if start < last or (start and _is_word(text[start - 1])):
                continue
            for length in index.lengths.get(token[0].casefold(), ()):
                words = text[start : start + length]
                last = start + len(words)
                entries = index.entries(words)
                if entries and not _is_word(text[last : last + 1]):
                    found.append((start, last, _fitting(entries, text, start, last, language)))
                    break
            else:
                last = start
        return tuple(found)


class _Index:
    """Entries by their first token and length, so that a text's time does not grow with their number."""

    def __init__(self, entries: Sequence[Entry], language: str) -> None:
        self._exact: dict[str, list[Entry]] = {}
        self._folded: dict[str, list[Entry]] = {}
        lengths: dict[str, set[int]] = {}
        for entry in entries:
            written = entry.written.replace("’", "'").strip()
            first = _TOKEN.match(written)
            if first and entry.serves(language):
                known, form = (self._exact, written) if entry.case else (self._folded, written.casefold())
                known.setdefault(form, []).append(entry)
                lengths.setdefault(first[0].casefold(), set()).add(len(written))
        self.lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}
        """First token, in small letters -> lengths of what begins with it, the longest first."""

    def entries(self, words: str) -> Sequence[Entry]:
        """List the entries of some words; those that mind capitals first."""
        exact, folded = self._exact.get(words), self._folded.get(words.casefold())
        return [*exact, *folded] if exact and folded else exact or folded or ()


EMPTY = Lexicon()


def _is_word(character: str) -> bool:
    return character.isalnum() or character == "_"


def _fitting(entries: Sequence[Entry], text: str, start: int, end: int, language: str) -> Entry:
    """Choose among entries of one word by the part of speech that its context shows."""
    if len(entries) > 1 and any(entry.part for entry in entries):
        english = language.lower().replace("_", "-").partition("-")[0] == "en"
        for part in shown(text, start, end) if english else ():
            for entry in entries:
                if named(entry.part) == part:
                    return entry
        return next((entry for entry in entries if not entry.part), entries[0])
    return entries[0]
