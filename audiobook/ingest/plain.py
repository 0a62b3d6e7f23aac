"""Reading plain text, the form in which most free books come."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from pathlib import Path

from audiobook.book import Book, Exclusion, Metadata, Paragraph, count_letters
from audiobook.errors import HostileSourceError, SourceError
from audiobook.ingest.brackets import find_cuts
from audiobook.ingest.chunks import find_items
from audiobook.ingest.clean import clean_with_map
from audiobook.ingest.contents import Listing, find_listings
from audiobook.ingest.divisions import Division, Item, find_divisions, squash
from audiobook.ingest.gutenberg import Frame, find_frame
from audiobook.ingest.headings import recognize
from audiobook.ingest.language import guess_language
from audiobook.ingest.layout import Weaver
from audiobook.ingest.levels import assign_roles
from audiobook.ingest.outline import Block, Role, assemble
from audiobook.ingest.textfile import fallback_title, read_text
from audiobook.ingest.titlepage import author_on, find_title_page, is_imprint, title_on
from audiobook.settings import IngestSettings

__all__ = ["book_from_text", "read_plain"]


def read_plain(path: Path, settings: IngestSettings) -> Book:
    """Read a text file of any encoding and layout.

    Raises:
        SourceError: it cannot be read, is no text or has no words.
        HostileSourceError: it is too large.
    """
    text = read_text(path, settings.encoding)
    try:
        book = book_from_text(text, path.stem, settings)
    except HostileSourceError as error:
        raise HostileSourceError(error.message, place=str(path), remedy=error.remedy) from error
    if not book.chapters:
        raise SourceError("has nothing in it to read aloud", place=str(path), remedy="Name a file with text in it")
    return book


def book_from_text(text: str, name: str, settings: IngestSettings) -> Book:
    """Make a book of decoded text; ``name`` titles it when nothing in it does.

    Raises:
        HostileSourceError: it has more paragraphs than any book.
    """
    cleaned = clean_with_map(text)
    frame = find_frame(cleaned.text)
    weaver = Weaver(cleaned, find_cuts(cleaned.text, frame.start, frame.end, settings))
    items, ornaments = find_items(weaver, frame)
    listings = find_listings(items)
    plan = _Plan([len(item.text) for item in items])
    if settings.front_matter == "skip":
        _plan_listings(plan, listings)
        _plan_credits(plan, items, frame)
    read_all = settings.front_matter == "read"
    divisions = _plan_divisions(plan, items, listings, frame.metadata.title, read_all=read_all)
    metadata = _plan_title(plan, items, divisions, frame.metadata, name, read_all=read_all)
    outline = assemble(_blocks(weaver, items, plan), metadata.title)
    exclusions = [*_frame_exclusions(weaver, frame), *ornaments, *outline.exclusions]
    exclusions += [
        Exclusion(cut.reason, cleaned.text[cut.start : cut.end], weaver.span(cut.start, cut.end)) for cut in weaver.cuts
    ]
    if cleaned.unprintable:
        exclusions.append(Exclusion("unprintable", cleaned.unprintable))
    return Book(
        metadata=metadata,
        chapters=outline.chapters,
        exclusions=tuple(sorted(exclusions, key=lambda exclusion: exclusion.source.start if exclusion.source else -1)),
        toc=tuple(entry for listing in listings if listing.reason == "contents" for entry in listing.entries),
        letters=count_letters(cleaned.text),
    )


@dataclass(slots=True)
class _Plan:
    """What becomes of each item."""

    sizes: list[int]
    """Characters of each item."""
    roles: list[Role] = field(init=False)
    reasons: list[str] = field(init=False)
    divisions: dict[int, Division] = field(default_factory=dict)
    _before: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.roles = ["body"] * len(self.sizes)
        self.reasons = [""] * len(self.sizes)
        self._before = [0, *accumulate(self.sizes)]

    def exclude(self, first: int, last: int, reason: str) -> None:
        """Leave out the items from first to last, unless they are most of the book: then they are the book."""
        if self._before[last + 1] - self._before[first] > 0.5 * self._before[-1]:
            return
        for number in range(first, last + 1):
            if self.roles[number] == "body":
                self.roles[number], self.reasons[number] = "excluded", reason


def _plan_listings(plan: _Plan, listings: Sequence[Listing]) -> None:
    for listing in listings:
        plan.exclude(listing.first, listing.last, listing.reason)


def _plan_credits(plan: _Plan, items: Sequence[Item], frame: Frame) -> None:
    last = max((end for _, end in frame.credits), default=0)
    for number, item in enumerate(items):
        if item.chunk.start > last:
            break
        if any(start <= item.chunk.start < end for start, end in frame.credits):
            plan.exclude(number, number, "transcriber-credits")


def _plan_divisions(
    plan: _Plan, items: Sequence[Item], listings: Sequence[Listing], title: str, *, read_all: bool
) -> list[Division]:
    """Find the headings among what is left, and leave out what notes, adverts and indexes head."""
    places = [number for number, role in enumerate(plan.roles) if role == "body"]
    listed = frozenset(
        squash(entry) for listing in listings if listing.reason == "contents" for entry in listing.entries
    )
    found = assign_roles(find_divisions([items[number] for number in places], listed, title))
    for division in found:
        division.first, division.last = places[division.first], places[division.last]
    for division in found:
        if division.key[0] == "page":
            plan.exclude(division.first, division.first, "page-number")
        elif division.heading and division.heading.word == "advertisement" and division.first < 0.2 * len(items):
            division.role = "chapter"  # in old books a preface is called so
    starts = [d.first for d in found if d.role in {"part", "chapter", "excluded"} and d.key[0] != "page"]
    for division in found:
        if division.role == "excluded" and division.key[0] != "page" and not read_all:
            after = bisect_right(starts, division.first)
            last = (starts[after] if after < len(starts) else len(items)) - 1
            _plan_unread(plan, items, division, last)
    kept = [division for division in found if plan.roles[division.first] == "body"]
    for division in kept:
        if division.role == "excluded":
            division.role = "chapter"
        plan.divisions[division.first] = division
    return kept


_UNREAD = {"contents": "index", "illustrations": "list-of-illustrations", "notes": "notes", "adverts": "adverts"}


def _plan_unread(plan: _Plan, items: Sequence[Item], division: Division, last: int) -> None:
    assert division.heading is not None
    reason = _UNREAD[division.heading.kind]
    if "transcriber" in division.heading.word or "preparer" in division.heading.word:
        reason = "transcriber-note"
    if division.first < 0.5 * len(items):  # in front, unread matter ends where white space does
        for number in range(division.last + 1, last + 1):
            if items[number].chunk.gap > 2:
                last = number - 1
                break
    plan.exclude(division.first, last, reason)


def _plan_title(
    plan: _Plan, items: Sequence[Item], divisions: Sequence[Division], known: Metadata, name: str, *, read_all: bool
) -> Metadata:
    """Leave out the title page before the first heading; name the book."""
    first = next((division.first for division in divisions), len(items))
    leading = [n for n in range(first) if plan.roles[n] == "body" and items[n].paragraph.kind != "break"]
    page = find_title_page(items, leading, headed=first < len(items))
    for number in () if read_all else page:
        plan.exclude(number, number, "title-page")
    for number in leading[:30] if first < len(items) and not read_all else ():
        if plan.roles[number] == "body" and is_imprint(items[number].text):
            plan.exclude(number, number, "imprint")
    title = known.title or (title_on(items[page[0]]) if page else "")
    author = known.author or author_on([items[number] for number in page])
    text = "\n".join(item.text for item in items)
    language = known.language or guess_language(text)
    return replace(known, language=language, title=title or fallback_title(name, text[:1000]), author=author)


def _blocks(weaver: Weaver, items: Sequence[Item], plan: _Plan) -> list[Block]:
    blocks: list[Block] = []
    skip = -1
    for number, item in enumerate(items):
        if number <= skip:
            continue
        division = plan.divisions.get(number)
        if plan.roles[number] == "excluded":
            blocks.append(Block(item.paragraph, role="excluded", reason=plan.reasons[number]))
        elif division:
            skip = division.last
            level = division.level if division.role == "part" else 0
            blocks.append(Block(_heading(weaver, items, division), level=level, role=division.role))
        else:
            blocks.append(Block(item.paragraph))
    return blocks


def _heading(weaver: Weaver, items: Sequence[Item], division: Division) -> Paragraph:
    """Join the items of a heading, with a full stop between number and title."""
    chunks = [items[number].chunk for number in range(division.first, division.last + 1)]
    joints = [chunk.end for chunk in chunks[:-1]]
    lines = chunks[0].text.split("\n")
    if len(lines) > 1:
        head = recognize(lines[0])
        if head and not head.title:
            joints.append(chunks[0].start + len(lines[0]))
    return weaver.weave(chunks[0].start, chunks[-1].end, joints=joints)


def _frame_exclusions(weaver: Weaver, frame: Frame) -> list[Exclusion]:
    text = weaver.cleaned.text
    found = []
    for start, end, reason in ((0, frame.start, "gutenberg-header"), (frame.end, len(text), "gutenberg-licence")):
        body = text[start:end].strip()
        if body:
            first = text.index(body, start)
            found.append(Exclusion(reason, body, weaver.span(first, first + len(body))))
    return found
