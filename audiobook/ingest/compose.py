"""From documents read to a `Book`: what is left out by name, where notes go, chapters, and the ledger."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from audiobook.book import Book, Cover, Exclusion, LexiconEntry, Metadata
from audiobook.errors import SourceError
from audiobook.ingest.chapters import build_chapters
from audiobook.ingest.divide import Start, promote, starts_of_headings, starts_of_names, starts_of_toc
from audiobook.ingest.language import guess_language
from audiobook.ingest.matter import page_reason
from audiobook.ingest.notes import place_notes
from audiobook.ingest.passages import Document, Passage, squash
from audiobook.ingest.toc import Entry, flatten
from audiobook.settings import IngestSettings

__all__ = ["compose"]

_ALWAYS = frozenset(("page-list", "gutenberg-licence"))
_BY_WORD = frozenset(("contents", "list-of-illustrations", "index")) | _ALWAYS
"""Roles that the source's own word is enough for."""
_STRAY = 60
"""Letters besides the notes on a page that is only notes."""
_OWN_PROSE = 200
"""Letters of text besides the notes that make a section of notes a chapter of the author's own."""


def compose(
    documents: Sequence[Document],
    metadata: Metadata,
    settings: IngestSettings,
    letters: Counter[str],
    *,
    entries: tuple[Entry, ...] = (),
    roles: Mapping[str, str] | None = None,
    cover: Cover | None = None,
    lexicon: tuple[LexiconEntry, ...] = (),
    place: str = "",
) -> Book:
    """Build the book.

    Args:
        documents: The text in reading order.
        metadata: What the source says of itself.
        settings: What is read aloud.
        letters: Letters of the source's body text, counted before anything was taken out.
        entries: The source's own table of contents.
        roles: What pages are by the source's guide or landmarks: document to role.
        cover: The cover.
        lexicon: Pronunciations the source brings along.
        place: The file, for errors.

    Raises:
        SourceError: there is no text in it.
    """
    passages = promote([passage for document in documents for passage in document.passages])
    if not passages:
        raise _empty(place)
    heads = list(itertools.accumulate((len(document.passages) for document in documents), initial=0))[:-1]
    find = _finder(documents, heads, passages, entries)
    exclusions = [exclusion for document in documents for exclusion in document.exclusions]
    listed = {at for entry in _all(entries) if entry.target and (at := find(entry.target)) is not None}
    passages = _own_chapters(passages, heads, listed)
    kept: list[Passage | None] = list(passages)
    for start, end, reason in _unread(passages, documents, heads, roles or {}, metadata, settings):
        exclusions += [Exclusion(reason, passage.text) for passage in passages[start:end] if passage.text]
        kept[start:end] = [None] * (end - start)
    starts = starts_of_toc(entries, kept, heads, find, metadata.title)
    if len(starts) <= 1 and (len(starts) == 0 or not entries or len(flatten(entries)) <= 1):
        by_heading, unread = starts_of_headings(kept, metadata.title)
        if not starts or len(by_heading) > 1:
            starts = by_heading if len(by_heading) >= len(starts) else starts
            if settings.front_matter == "skip":
                for index, reason in unread.items():
                    passage = kept[index]
                    if passage is not None and not passage.note:
                        exclusions.append(Exclusion(reason, passage.text))
                        kept[index] = None
    if not metadata.language:
        text = "\n".join(passage.text for passage in passages)
        metadata = replace(metadata, language=guess_language(text))
    names = _useful(documents, metadata.title)
    starts = starts or starts_of_names(heads, [names.get(document.href, "") for document in documents])
    kept, starts, dropped = _notes(kept, starts, settings.notes)
    exclusions += dropped
    chapters, repeated = build_chapters(kept, starts, metadata.title, names)
    if not any(chapter.paragraphs or chapter.titled for chapter in chapters):
        raise _empty(place)
    return Book(
        metadata=metadata,
        chapters=chapters,
        cover=cover,
        exclusions=(*exclusions, *repeated),
        toc=flatten(entries),
        letters=tuple(sorted((letter, count) for letter, count in letters.items() if letter.isalnum())),
        lexicon=lexicon,
    )


def _empty(place: str) -> SourceError:
    remedy = "If it shows pages of pictures, it needs OCR first"
    return SourceError("there is no text to read in it", place=place, remedy=remedy)


def _all(entries: tuple[Entry, ...]) -> list[Entry]:
    return [found for entry in entries for found in (entry, *_all(entry.children))]


def _useful(documents: Sequence[Document], title: str) -> dict[str, str]:
    """Return documents' own names; they help only when they are not all the same or the book's."""
    names = {document.href: document.title for document in documents if squash(document.title) != squash(title)}
    return names if len(set(names.values())) > 1 else {}


def _finder(
    documents: Sequence[Document], heads: Sequence[int], passages: Sequence[Passage], entries: tuple[Entry, ...]
) -> Callable[[str], int | None]:
    """Return the function that leads from a target to the index of a passage."""
    at: dict[str, int] = {}
    for document, head in zip(documents, heads, strict=True):
        if document.passages:  # a page of pictures alone begins nothing that is read
            at.setdefault(document.href, head)
        for name, index in document.anchors:
            if index < len(document.passages):
                at.setdefault(f"{document.href}#{name}", head + index)
    labels = {entry.target: squash(entry.label) for entry in _all(entries) if entry.target}
    headings: dict[tuple[str, str], int] = {}
    for index, passage in enumerate(passages):
        if passage.level:
            headings.setdefault((passage.href, squash(passage.text)), index)

    def find(target: str) -> int | None:
        if target in at:
            return at[target]
        href = target.partition("#")[0]
        if href not in at:
            return None
        # A fragment that is not there: the heading with the label's words, else the document's start.
        return headings.get((href, labels.get(target) or " "), at[href])

    return find


def _pages(passages: Sequence[Passage], heads: Sequence[int]) -> list[tuple[int, int]]:
    """Cut the text into stretches of one document and one role."""
    bounds = set(heads) | {0, len(passages)}
    last = 0  # the last passage that is no break; a break belongs to what stands before it
    for index in range(1, len(passages)):
        if passages[index].kind == "break":
            continue
        if passages[index].role != passages[last].role:
            bounds.add(index)
        last = index
    ordered = sorted(bounds)
    return list(itertools.pairwise(ordered))


def _own_chapters(passages: list[Passage], heads: Sequence[int], listed: set[int]) -> list[Passage]:
    """Turn notes into text where the author made a chapter of them.

    That is a section of notes which the table of contents lists and which has prose of its own besides.
    """
    result = list(passages)
    for start, end in _pages(passages, heads):
        stretch = passages[start:end]
        if not any(start <= at < end for at in listed) or stretch[0].role != "notes":
            continue
        own = sum(len(squash(passage.text)) for passage in stretch if not passage.note and passage.kind != "heading")
        if own >= _OWN_PROSE:
            result[start:end] = [
                replace(passage, note="", kind="prose" if passage.kind == "note" else passage.kind)
                for passage in stretch
            ]
    return result


def _unread(
    passages: Sequence[Passage],
    documents: Sequence[Document],
    heads: Sequence[int],
    roles: Mapping[str, str],
    metadata: Metadata,
    settings: IngestSettings,
) -> list[tuple[int, int, str]]:
    found: list[tuple[int, int, str]] = []
    ends = [*heads[1:], len(passages)]
    whole = {(head, end): document for document, head, end in zip(documents, heads, ends, strict=True)}
    for start, end in _pages(passages, heads):
        stretch = passages[start:end]
        if not stretch:
            continue
        role = stretch[0].role
        document = whole.get((start, end))
        if settings.notes == "skip" and _only_notes(stretch):
            found += [(at, at + 1, "note") for at in range(start, end) if not passages[at].note]
            continue
        if settings.front_matter == "read" and role not in _ALWAYS:
            continue
        if role in _BY_WORD:
            found.append((start, end, role))
            continue
        guide = roles.get(stretch[0].href, "") if document else ""
        reason = page_reason(stretch, stretch[0].href if document else "", role or guide, metadata)
        if reason:
            found.append((start, end, reason))
    return found


def _only_notes(stretch: Sequence[Passage]) -> bool:
    """Is there nothing on the page but notes and their headings?"""
    notes = sum(len(squash(passage.text)) for passage in stretch if passage.note)
    others = [passage for passage in stretch if not passage.note]
    rest = sum(len(squash(passage.text)) for passage in others if passage.kind != "heading")
    if any(passage.refs for passage in others) or any(passage.level == 1 for passage in others[1:]):
        return False
    return rest < min(notes, _STRAY)


def _notes(
    kept: list[Passage | None], starts: list[Start], mode: str
) -> tuple[list[Passage | None], list[Start], list[Exclusion]]:
    """Take notes out or put them where they are read; starts move along."""
    solid = [passage or Passage("", "break", role="layout") for passage in kept]
    if not any(passage.note for passage in solid):
        return kept, starts, []
    ends = [start.index for start in starts if start.index]
    rest, inserted, dropped = place_notes(solid, [*ends, len(solid)], mode)
    result: list[Passage | None] = []
    moved: list[int] = []
    waiting = iter([*inserted, (len(solid) + 1, None)])
    at, note = next(waiting)
    for index in range(len(solid) + 1):
        while at == index and note is not None:
            result.append(note)
            at, note = next(waiting)
        moved.append(len(result))
        if index < len(solid):
            passage = rest[index]
            result.append(passage if kept[index] is not None and passage is not None else None)
    return result, [replace(start, index=moved[start.index]) for start in starts], dropped
