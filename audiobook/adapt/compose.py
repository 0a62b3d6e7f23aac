"""From a marked-up book to a script: every word of every paragraph in exactly one line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from audiobook.adapt.marked import MarkedBook, MarkedChapter, Piece
from audiobook.adapt.pronounce import overrides
from audiobook.book import Chapter, Paragraph
from audiobook.script import Cue, Line, Scene, Script, ScriptChapter, ScriptParagraph, Voice
from audiobook.settings import AdaptSettings

__all__ = ["compose"]


def compose(marked: MarkedBook, settings: AdaptSettings, cast: tuple[tuple[str, Voice], ...]) -> Script:
    """Write the lines of a marked-up book.

    Lines have no outer white space; but for that, the joined lines of a paragraph are its text.
    """
    language = marked.book.metadata.language
    chapters = tuple(_chapter(part, settings, language) for part in marked.chapters)
    speaking = {name for name, _voice in cast}
    aliases = tuple(
        (person.name, tuple(name for name in person.aliases if name != person.name))
        for person in marked.people
        if person.name in speaking and set(person.aliases) - {person.name}
    )
    return Script(marked.book.metadata, cast, chapters, aliases)


def _chapter(marked: MarkedChapter, settings: AdaptSettings, language: str) -> ScriptChapter:
    title = _title(marked.chapter)
    said = overrides(title, 0, len(title.text), language)
    return ScriptChapter(title.text, _scenes(marked, settings, language), marked.chapter.source, said)


def _title(chapter: Chapter) -> Paragraph:
    """The chapter's title, after the heading of the part that begins with it: both are announced."""
    part = chapter.part_heading.strip()
    before = f"{part}{'' if part[-1] in '.:!?' else '.'} " if part else ""
    markup = (*chapter.part_markup, *(mark.moved(len(before)) for mark in chapter.title_markup))
    return Paragraph(before + chapter.title if chapter.title else before.rstrip(), "heading", markup)


def _scenes(part: MarkedChapter, settings: AdaptSettings, language: str) -> tuple[Scene, ...]:
    by_paragraph: dict[int, list[Piece]] = {}
    for piece in part.pieces:
        by_paragraph.setdefault(piece.paragraph, []).append(piece)
    scenes: list[Scene] = []
    for span in part.scenes:
        paragraphs: list[ScriptParagraph] = []
        for p in range(span.first, span.end):
            paragraph = part.chapter.paragraphs[p]
            lines = _lines(paragraph, by_paragraph.get(p, ()), settings, language)
            if lines:
                paragraphs.append(ScriptParagraph(lines))
        title = Paragraph(span.title, "heading", span.markup)
        scenes.append(Scene(tuple(paragraphs), span.title, overrides(title, 0, len(span.title), language)))
    return tuple(scenes)


def _lines(paragraph: Paragraph, pieces: Sequence[Piece], settings: AdaptSettings, language: str) -> tuple[Line, ...]:
    """Write the pieces of one paragraph; pieces without a word join their neighbour."""
    text = paragraph.text
    cuts: list[tuple[int, int, Piece]] = []
    for whole in pieces:
        piece = _after_marks(text, whole) if cuts else whole
        if piece.start > whole.start:
            first, _, owner = cuts[-1]
            cuts[-1] = (first, piece.start, owner)
        if not text[piece.start : piece.end].strip():
            if cuts:
                start, _, owner = cuts[-1]
                cuts[-1] = (start, piece.end, owner)
            continue
        start = cuts[-1][1] if cuts else 0
        lead = len(text[piece.start : piece.end]) - len(text[piece.start : piece.end].lstrip())
        if cuts and lead:
            first, _, owner = cuts[-1]
            cuts[-1] = (first, piece.start + lead, owner)
            start = piece.start + lead
        cuts.append((start, piece.end, piece))
    if not cuts:
        return ()
    first, _, owner = cuts[-1]
    cuts[-1] = (first, len(text), owner)
    return tuple(_line(paragraph, start, end, piece, settings, language) for start, end, piece in cuts)


_TRAILING = re.compile(r"[,;:.!?…、。，；：！？]+(?=\s|$|\w)")


def _after_marks(text: str, piece: Piece) -> Piece:
    """Leave the punctuation right behind a quotation to it: no line begins with a comma."""
    marks = _TRAILING.match(text, piece.start, piece.end)
    return piece if marks is None or text[piece.start - 1].isspace() else replace(piece, start=marks.end())


def _line(paragraph: Paragraph, start: int, end: int, piece: Piece, settings: AdaptSettings, language: str) -> Line:
    # White space between two lines belongs to neither: a script that people edit has no invisible ends.
    text = paragraph.text[start:end].strip()
    start += len(paragraph.text[start:end]) - len(paragraph.text[start:end].lstrip())
    end = start + len(text)
    comments: tuple[str, ...] = ()
    if piece.kind != "narration" and piece.doubt and piece.confidence < settings.check_below:
        comments = (f"check: {piece.doubt}",)
    cues = piece.cues
    if piece.kind == "thought" and not any(cue.name == "thought" for cue in cues):
        cues = (*cues, Cue("thought"))
    if _stressed(paragraph, start, end) and not any(cue.name == "emphasis" for cue in cues):
        cues = (*cues, Cue("emphasis"))
    return Line(
        speaker=piece.speaker,
        text=text,
        cues=cues,
        overrides=overrides(paragraph, start, end, language),
        comments=comments,
        source=paragraph.source_span(start, end),
        confidence=piece.confidence,
    )


def _stressed(paragraph: Paragraph, start: int, end: int) -> bool:
    """Tell whether emphasis covers most of the line; italics of words in another language are none."""
    tongues = [mark for mark in paragraph.markup if mark.kind == "language"]
    covered = sum(
        max(0, min(mark.end, end) - max(mark.start, start))
        for mark in paragraph.markup
        if mark.kind == "emphasis" and not any(one.start < mark.end and mark.start < one.end for one in tongues)
    )
    return covered * 2 > end - start
