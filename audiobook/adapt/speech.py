"""Which quoted text is said: not titles, signs, scare quotes or words that are talked about; and what is thought."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audiobook.adapt.flow import Flow
from audiobook.adapt.lexicon import lexicon
from audiobook.adapt.quotes import Quote
from audiobook.book import Book

__all__ = ["find_thoughts", "only_speech"]

_MARKS = " \t\"'“”‘’«»„‟‹›「」『』`_*()[]"
_SAID_END = re.compile(r"[.!?…,;:—–-]$")
_TALKED_ABOUT = re.compile(
    r"\b(?:called|named|entitled|titled|termed|styled|labell?ed|inscribed|christened|nicknamed|dubbed|known as|marked|"
    r"spelt|"
    r"words?|terms?|names?|titles?|phrases?|expression|epithet|signed|signature|motto|inscription|legend|reading|headed|"
    r"translated|meaning|meant|means|pronounced|so-called|of being|as|paper|book|song|poem|play|story|novel|chapter|"
    r"poster|"
    r"sign|the|an?|of|his|her|my|our|your|their|its|this|that|these|those|in|for|by|with|from|no|any|some|or|every|"
    r"such)\s*[:,]?\s*$"
)
_NAMED = re.compile(
    r"\b(?:called|named|entitled|titled|termed|styled|labell?ed|christened|nicknamed|dubbed|(?:known|engraved|printed|date|"
    r"written) as|"
    r"known to .{1,60} as|words?|motto|as|an?|the|of|and not)\s*$"
)
_NEAR = 120
"""Characters of the sentence around a quotation that are looked at."""
_LEADS = re.compile(r"[,:—–-]\s*$")


def only_speech(flow: Flow, quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """Keep the quotations that somebody says.

    Short pieces in the middle of a sentence without closing punctuation are hardly ever said; everything
    else is, unless the words before it say that it is a title, an inscription or a word. What stays in doubt
    counts as speech, for a speech read by the narrator is a greater loss than the reverse.
    """
    kept: list[Quote] = []
    for i, quote in enumerate(quotes):
        beside = any(other.paragraph == quote.paragraph and other in kept[-1:] for other in quotes[max(0, i - 1) : i])
        if quote.continues or _is_said(flow, quote, beside=beside):
            kept.append(quote)
    return tuple(kept)


def _is_said(flow: Flow, quote: Quote, *, beside: bool) -> bool:
    """Judge one quotation by its length, its end and the words around it."""
    text, left, right = flow.plain, flow.starts[quote.paragraph], flow.ends[quote.paragraph]
    inner = text[quote.start : quote.end].strip(_MARKS)
    words = sum(1 for word in inner.split() if any(letter.isalnum() for letter in word))
    before = text[max(left, quote.start - _NEAR) : quote.start].rstrip()
    after = text[quote.end : min(right, quote.end + _NEAR)].lstrip()
    closed = _SAID_END.search(inner) is not None
    if not words or (words <= 5 and inner[-1:] in ".," and _NAMED.search(before) is not None and not beside):
        return False
    if not before:
        # At the start of a paragraph only a subject in quotes is no speech: "Gladys" was her name.
        return closed or words > 3 or not after or after[:1] in "-—–" or _verb_near(after[:40])
    leads = _LEADS.search(before) is not None
    about = _TALKED_ABOUT.search(before) is not None
    if not closed and after[:1] in ",.!?;:" and not (words <= 3 and about):
        closed = leads or words > 3
    if words <= 3 and not closed:
        return leads and inner[:1].isupper() and (_verb_near(before[-60:]) or beside)
    return leads or not (_is_phrase(inner, words, about=about, beside=beside) or (about and not closed))


def _is_phrase(inner: str, words: int, *, about: bool, beside: bool) -> bool:
    """Tell whether a short piece with a comma of its own is a phrase that is talked about."""
    if beside:
        return False
    if words <= 4 and inner[-1:] in ",;" and about:
        return True
    return words <= 3 and inner[:1].islower() and inner[-1:] in ",;:-"


def _verb_near(text: str) -> bool:
    """Tell whether a piece of narration has a verb of speech."""
    verbs = lexicon().verbs
    return any(word in verbs for word in re.findall(r"[a-z]+", text))


_THOUGHT = r"(?:thought|thinks|wondered|mused|reflected|told (?:him|her|my)self|said to (?:him|her|my)self)"
_WHO = r"(?:he|she|I|[A-Z][\w.]*(?: [A-Z]\w*)?)"
_AFTER = re.compile(rf"[\s,.!?]*(?:{_WHO} {_THOUGHT}|{_THOUGHT} {_WHO})\b")
_BEFORE = re.compile(rf"(?:{_WHO} (?:[a-z]+ly )?{_THOUGHT}|{_THOUGHT} {_WHO})\s*[,:]\s*$")
_PLAIN = re.compile(
    r"(?:(?<=[.!?] )|(?<=[.!?]  )|^)([A-Z][^.!?;:\n\"“”«»]{6,220}?(?:,|[?!])) "
    rf"(?=(?:{_WHO} thought|thought {_WHO})[.])",
    re.MULTILINE,
)
_WORDS = 3
"""Fewest words of emphasized text that can be a thought."""


def find_thoughts(flow: Flow, book: Book, quoted: bytearray) -> tuple[Quote, ...]:
    """Find thoughts without quotation marks: in italics beside "he thought", or a whole clause before it."""
    found: list[Quote] = []
    for paragraph, (chapter, p) in enumerate(flow.places):
        base, end = flow.starts[paragraph], flow.ends[paragraph]
        for mark in book.chapters[chapter].paragraphs[p].markup:
            start, stop = base + mark.start, base + mark.end
            if mark.kind != "emphasis" or quoted[start] or len(flow.plain[start:stop].split()) < _WORDS:
                continue
            if _AFTER.match(flow.plain, stop, end) or _BEFORE.search(flow.plain, max(base, start - 40), start):
                found.append(Quote(start, stop, paragraph))
    for match in _PLAIN.finditer(flow.plain):
        start, stop = match.span(1)
        if not any(quoted[start:stop]):
            found.append(Quote(start, stop, flow.paragraph_at(start)))
    found.sort(key=lambda quote: (quote.start, -quote.end))
    apart: list[Quote] = []
    for quote in found:
        if not apart or quote.start >= apart[-1].end:
            apart.append(quote)
    return tuple(apart)
