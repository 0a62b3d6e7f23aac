"""From a row of blocks to chapters: which headings are parts, chapters and scenes, and what is not read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from audiobook.book import Chapter, Exclusion, Paragraph, Span
from audiobook.ingest.headings import Heading, recognize

__all__ = ["Block", "Outline", "Role", "assemble", "assign_roles"]

Role = Literal["body", "part", "chapter", "section", "excluded"]
"""What a block is: text, or a heading of a part, a chapter or a scene, or nothing that is read."""

_UNREAD = {"contents": "contents", "illustrations": "list-of-illustrations", "notes": "notes", "adverts": "adverts"}


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph on its way into the outline."""

    paragraph: Paragraph
    level: int = 0
    """1 to 6 for a heading by the source's own markup, 0 for anything else."""
    role: Role = "body"
    reason: str = ""
    """Why it is not read, for the role ``excluded``."""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Outline:
    """The chapters of a book and the text that is in none of them."""

    chapters: tuple[Chapter, ...]
    exclusions: tuple[Exclusion, ...]


def assign_roles(blocks: Sequence[Block], title: str = "") -> tuple[Block, ...]:
    """Give headings marked up with levels their roles; blocks that have a role keep it.

    A heading equal to the book's title above everything else is excluded as ``title``. The chapter level
    is the one whose headings are numbered as chapters most often, else the highest with two headings or more.
    A contents list and the like are excluded up to the next heading of their level or above.
    """
    heads = [(block.level, recognize(block.paragraph.text)) for block in blocks if block.level]
    if not heads:
        return tuple(blocks)
    title_at = _title_block(blocks, title)
    level = _chapter_level([(lev, found) for n, (lev, found) in enumerate(heads) if n or title_at is None])
    result: list[Block] = []
    unread: tuple[int, str] | None = None  # (level, reason) of the heading that opened the unread stretch
    for number, block in enumerate(blocks):
        if not block.level or block.role != "body":
            result.append(
                replace(block, role="excluded", reason=unread[1]) if unread and block.role == "body" else block
            )
            continue
        if number == title_at:
            result.append(replace(block, role="excluded", reason="title"))
            continue
        found = recognize(block.paragraph.text)
        if unread and (block.level > unread[0] or (found and found.kind in _UNREAD)):
            result.append(replace(block, role="excluded", reason=unread[1]))
            continue
        unread = (block.level, _UNREAD[found.kind]) if found and found.kind in _UNREAD else None
        if unread:
            result.append(replace(block, role="excluded", reason=unread[1]))
        else:
            result.append(replace(block, role=_role(block.level, level, found)))
    return tuple(result)


def _title_block(blocks: Sequence[Block], title: str) -> int | None:
    """Find the first heading, when it is the book's title and not a chapter's."""
    first = next((number for number, block in enumerate(blocks) if block.level), None)
    if first is None:
        return None
    levels = [block.level for block in blocks if block.level]
    text = blocks[first].paragraph.text
    found = recognize(text)
    if found and not (found.kind == "bare" and found.title):
        return None
    named = bool(title) and _squash(text) in {_squash(title), _squash(title.partition(":")[0])}
    alone = levels.count(levels[0]) == 1 and len(levels) > 1 and min(levels[1:]) > levels[0]
    return first if (named and len(levels) > 1) or alone else None


def _chapter_level(heads: Sequence[tuple[int, Heading | None]]) -> int:
    numbered = Counter(level for level, found in heads if found and found.kind in {"chapter", "own", "bare"})
    if numbered:
        return min(numbered, key=lambda level: (-numbered[level], level))
    plain = Counter(level for level, found in heads if not found or found.kind not in {"part", *_UNREAD})
    several = [level for level, count in plain.items() if count > 1]
    return min(several or plain or [level for level, _ in heads] or [1])


def _role(level: int, chapter_level: int, found: Heading | None) -> Role:
    if found and found.kind == "part" and level <= chapter_level:
        return "part"
    if found and found.kind in {"front", "back", "chapter"} and level <= chapter_level:
        return "chapter"
    if level < chapter_level:
        return "part"
    return "chapter" if level == chapter_level else "section"


def _squash(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def assemble(blocks: Iterable[Block], title: str) -> Outline:
    """Cut blocks that have their roles into chapters; text before the first heading gets the book's title.

    A part heading stands above the chapter that follows it (`Chapter.part_heading`); when text comes between,
    the part is a chapter of its own. No heading is lost: one with nothing under it is a chapter without text.
    """
    builder = _Builder(title)
    for block in blocks:
        builder.add(block)
    builder.close()
    return Outline(tuple(builder.chapters), tuple(builder.exclusions))


class _Builder:
    """Collects one chapter at a time."""

    def __init__(self, title: str) -> None:
        self.book_title = title
        self.chapters: list[Chapter] = []
        self.exclusions: list[Exclusion] = []
        self.heading: Block | None = None
        self.parts: list[Block] = []  # part headings waiting for their chapter
        self.part_levels: list[tuple[int, str]] = []  # names of the parts around, outermost first
        self.body: list[Paragraph] = []

    def add(self, block: Block) -> None:
        """Take the next block of the book."""
        if block.role == "excluded":
            if block.paragraph.text:
                self.exclusions.append(Exclusion(block.reason, block.paragraph.text, block.paragraph.source))
        elif block.role == "part":
            self.flush()
            self.parts.append(block)
            depth = block.level
            self.part_levels = [(level, name) for level, name in self.part_levels if level < depth]
            self.part_levels.append((depth, block.paragraph.text))
        elif block.role == "chapter":
            self.flush()
            self.heading = block
        else:
            paragraph = block.paragraph
            self.body.append(replace(paragraph, kind="heading") if block.role == "section" else paragraph)

    def flush(self) -> None:
        """Close the chapter that is open; a heading without text stays a chapter, for its title is text too."""
        body = _trim_breaks(self.body)
        self.body = []
        if self.heading is None and not body:
            return
        heading, parts = self.heading, self.parts
        self.heading, self.parts = None, []
        self._append(heading, parts, body)

    def close(self) -> None:
        """Close the book: a part that is announced at its very end is a chapter without text."""
        self.flush()
        if self.parts:
            parts, self.parts = self.parts, []
            self._append(parts[-1], parts[:-1], [])

    def _append(self, heading: Block | None, parts: list[Block], body: list[Paragraph]) -> None:
        part = ": ".join(name for _, name in self.part_levels)
        if heading is None and parts:  # text directly under a part's heading
            heading, parts = parts[-1], parts[:-1]
        source = _cover([heading.paragraph, *body] if heading else body)
        self.chapters.append(
            Chapter(
                title=heading.paragraph.text if heading else self.book_title,
                paragraphs=tuple(body),
                source=source,
                part=part,
                part_heading=": ".join(block.paragraph.text for block in parts),
                href=heading.href if heading else "",
                title_markup=heading.paragraph.markup if heading else (),
                titled=heading is not None,
            )
        )


def _trim_breaks(body: list[Paragraph]) -> list[Paragraph]:
    """Drop breaks at either end and doubled ones."""
    kept: list[Paragraph] = []
    for paragraph in body:
        if paragraph.kind == "break" and (not kept or kept[-1].kind in {"break", "heading"}):
            continue
        kept.append(paragraph)
    while kept and kept[-1].kind == "break":
        kept.pop()
    return kept


def _cover(paragraphs: Sequence[Paragraph]) -> Span | None:
    spans = [paragraph.source for paragraph in paragraphs if paragraph.source]
    return Span(min(span.start for span in spans), max(span.end for span in spans)) if spans else None
