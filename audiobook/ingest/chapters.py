"""From passages with their starts to `Chapter` values: titles, parts, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from audiobook.book import Chapter, Exclusion, Markup, Paragraph
from audiobook.ingest.divide import Start
from audiobook.ingest.headings import recognize
from audiobook.ingest.passages import Passage, squash

__all__ = ["build_chapters"]

_FILE_LABEL = re.compile(
    r"[\w-]*\.x?html?|(content|chapter|section|page|part|file|text|index|split)[\s_-]*\d{2,}|start", re.IGNORECASE
)


@dataclass(slots=True)
class _Builder:
    title: str
    chapters: list[Chapter] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)
    parts: list[Paragraph] = field(default_factory=list)
    """Part headings that wait for their first chapter."""

    def add(self, start: Start, passages: Sequence[Passage], names: Mapping[str, str]) -> None:
        """Make a chapter of one stretch of text."""
        texts = [passage for passage in passages if passage.text]
        if not texts:
            return
        title, used, repeated = _title(start.label, texts, self.title)
        for passage in repeated:
            self.exclusions.append(Exclusion("title", passage.text))
        skip = {id(passage) for passage in (*used, *repeated)}
        body = _body([passage for passage in passages if id(passage) not in skip])
        known = recognize(title.text) if used else None
        if not body and used and (start.is_part or (known and known.kind == "part")):
            self.parts.append(title)
            return
        part = _joined(self.parts, between=": ")
        self.chapters.append(
            Chapter(
                title=title.text or names.get(texts[0].href) or self.title,
                paragraphs=body,
                part=start.part,
                href=texts[0].href,
                part_heading=part.text,
                part_markup=part.markup,
                title_markup=title.markup,
                titled=bool(used),
            )
        )
        self.parts = []

    def close(self) -> None:
        """Parts with nothing after them are chapters without text."""
        self.chapters += [Chapter(part.text, (), title_markup=part.markup) for part in self.parts]


def build_chapters(
    passages: Sequence[Passage | None], starts: Sequence[Start], title: str, names: Mapping[str, str]
) -> tuple[tuple[Chapter, ...], tuple[Exclusion, ...]]:
    """Cut the text at its starts.

    Args:
        passages: The book's text; None where something is not read.
        starts: In ascending order; text before the first is a chapter of its own.
        title: The book's title, for text without any other.
        names: Documents' own names, used where there is neither label nor heading.
    """
    builder = _Builder(title)
    if not starts or starts[0].index > 0:
        starts = [Start(0), *starts]
    bounds = [*(start.index for start in starts[1:]), len(passages)]
    for start, end in zip(starts, bounds, strict=True):
        stretch = [passage for passage in passages[start.index : end] if passage is not None]
        builder.add(start, stretch, names)
    builder.close()
    return tuple(builder.chapters), tuple(builder.exclusions)


def _title(label: str, texts: Sequence[Passage], book: str) -> tuple[Paragraph, list[Passage], list[Passage]]:
    """Return the chapter's title, the passages that it is made of, and those that only repeat the book's title."""
    repeated: list[Passage] = []
    wanted = squash(label)
    rest = list(texts)
    if len(rest) > 1 and rest[0].level and rest[1].level and book:
        own = squash(rest[0].text)
        if own == squash(book) and own != wanted and not wanted.startswith(own):
            repeated.append(rest.pop(0))
    used = _matching(wanted, rest)
    if not used and rest[0].level and _trusted(label, rest[0]):
        used = [rest[0]]
    if used and used[-1].level and len(rest) > len(used):
        after = rest[len(used)]
        known = recognize(used[-1].text)
        if len(used) == 1 and after.level and known and known.kind in {"chapter", "bare"} and not known.title:
            other = recognize(after.text)
            if after.level >= used[0].level and not (other and other.kind in {"chapter", "bare", "section"}):
                used.append(after)
    if not used:
        return Paragraph(label), [], repeated
    if wanted and len(squash("".join(passage.text for passage in used))) * 2 < len(wanted) and used[0].level:
        number = recognize(used[0].text)
        if (
            number and number.kind == "bare" and not number.title
        ):  # "190", where the contents say "190. The Nightingale"
            return Paragraph(label), [], [*repeated, *used]
    return _joined(used), used, repeated


def _matching(wanted: str, texts: Sequence[Passage]) -> list[Passage]:
    """Return the first passages whose words together are the label's."""
    if not wanted:
        return []
    used: list[Passage] = []
    so_far = ""
    for passage in texts[:5]:
        own = squash(passage.text)
        if not own or not wanted.startswith(so_far + own):
            break
        so_far += own
        used.append(passage)
        if so_far == wanted:
            return used
    return [passage for passage in used if passage.level] if used and all(passage.level for passage in used) else []


def _trusted(label: str, heading: Passage) -> bool:
    """Is the first heading the title although the label says something else?"""
    wanted, own = squash(label), squash(heading.text)
    return (
        not wanted or wanted in own or own in wanted or heading.level <= 2 or bool(_FILE_LABEL.fullmatch(label.strip()))
    )


def _joined(pieces: Sequence[Passage | Paragraph], between: str = "") -> Paragraph:
    """Join the lines of a heading by ``between``, else as their punctuation asks."""
    text = ""
    markup: list[Markup] = []
    for piece in pieces:
        if text:
            text += between or (" " if text[-1] in ".:;!?—–-,…" else ": ")
        markup += (mark.moved(len(text)) for mark in piece.markup)
        text += piece.text
    return Paragraph(text, "heading", tuple(markup))


def _body(passages: Sequence[Passage]) -> tuple[Paragraph, ...]:
    """Return paragraphs without breaks at either end, doubled or beside headings."""
    kept: list[Paragraph] = []
    for passage in passages:
        if passage.kind == "break":
            if passage.role == "layout" or not kept or kept[-1].kind in {"break", "heading"}:
                continue
            kept.append(Paragraph("", "break"))
        else:
            if passage.kind == "heading" and kept and kept[-1].kind == "break":
                kept.pop()
            kept.append(Paragraph(passage.text, passage.kind, passage.markup))
    while kept and kept[-1].kind == "break":
        kept.pop()
    return tuple(kept)
