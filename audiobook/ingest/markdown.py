"""Reading Markdown: CommonMark with tables and footnotes, every letter with its place in the source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from audiobook.book import Book, count_letters
from audiobook.errors import SourceError
from audiobook.ingest.clean import clean_with_map
from audiobook.ingest.frontmatter import split_front_matter
from audiobook.ingest.headings import recognize
from audiobook.ingest.language import guess_language
from audiobook.ingest.layout import Weaver
from audiobook.ingest.mdreader import MarkdownReader
from audiobook.ingest.outline import Block, assemble, assign_roles
from audiobook.ingest.textfile import fallback_title, read_text
from audiobook.settings import IngestSettings

__all__ = ["book_from_markdown", "read_markdown"]


def read_markdown(path: Path, settings: IngestSettings) -> Book:
    """Read a Markdown file.

    Raises:
        SourceError: it cannot be read, is no text or has no words.
        HostileSourceError: it is too large.
    """
    book = book_from_markdown(read_text(path, settings.encoding), path.stem, settings)
    if not book.chapters:
        raise SourceError("has nothing in it to read aloud", place=str(path), remedy="Name a file with text in it")
    return book


def book_from_markdown(text: str, name: str, settings: IngestSettings) -> Book:
    """Make a book of decoded Markdown; ``name`` titles it when nothing in it does."""
    from markdown_it import MarkdownIt

    cleaned = clean_with_map(text)
    start, metadata = split_front_matter(cleaned.text)
    reader = MarkdownReader(Weaver(cleaned), settings)
    parser = MarkdownIt("commonmark").enable(["table", "strikethrough"])
    # An indented paragraph of a story is no program, and entities must keep their place in the source.
    parser.disable(["code", "text_join"])
    reader.read(parser.parse(reader.prepare(start)))
    text = "\n".join(block.paragraph.text for block in reader.blocks)
    title = metadata.title or _first_title(reader.blocks) or fallback_title(name, text[:1000])
    outline = assemble(reader.with_notes(assign_roles(_promoted(reader.blocks), title)), title)
    exclusions = [*reader.exclusions(), *outline.exclusions]
    language = metadata.language or guess_language(text)
    return Book(
        metadata=replace(metadata, title=title, language=language),
        chapters=outline.chapters,
        exclusions=tuple(sorted(exclusions, key=lambda exclusion: exclusion.source.start if exclusion.source else -1)),
        letters=count_letters(reader.decoded()),
    )


def _first_title(blocks: Sequence[Block]) -> str:
    """Return the first heading when it is the only one of its level and stands above all others: the book's title."""
    heads = [block for block in blocks if block.level]
    if not heads or recognize(heads[0].paragraph.text):
        return ""
    alone = all(block.level > heads[0].level for block in heads[1:])
    return heads[0].paragraph.text if alone else ""


def _promoted(blocks: Sequence[Block]) -> list[Block]:
    """In a text with one heading or none, take the paragraphs that say they are headings ("Chapter 1") for such."""
    if sum(block.level > 0 for block in blocks) > 1:
        return list(blocks)
    result = []
    for block in blocks:
        text = block.paragraph.text
        found = recognize(text) if not block.level and len(text) < 80 else None
        if found and (found.kind in {"front", "back"} or (found.kind in {"chapter", "part"} and found.number)):
            result.append(replace(block, level=3 if found.kind == "part" else 4))
        else:
            result.append(block)
    return result
