"""HTML: one file, one book."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from audiobook.book import Book, Cover, Metadata
from audiobook.container.xml import Element, attribute, children_text, parse_markup
from audiobook.errors import HostileSourceError
from audiobook.ingest.clean import one_line
from audiobook.ingest.compose import compose
from audiobook.ingest.ledger import source_text
from audiobook.ingest.notes import find_marks, find_notes
from audiobook.ingest.textfile import refuse_binary
from audiobook.ingest.walk import walk
from audiobook.settings import IngestSettings

__all__ = ["book_of_tree", "read_html"]

_MAX_BYTES = 24 * 1024 * 1024
_MAX_TAGS = 600_000


def read_html(path: Path, settings: IngestSettings) -> Book:
    """Read a single HTML or XHTML file.

    Raises:
        SourceError: there is no text in it.
        HostileSourceError: it would exhaust the machine.
    """
    data = path.read_bytes()
    if len(data) > _MAX_BYTES or data.count(b"<") > _MAX_TAGS:
        raise HostileSourceError("the page is larger than any book's", place=str(path), remedy="Split it into volumes")
    refuse_binary(data, str(path))
    root = parse_markup(data, str(path))
    return book_of_tree(root, _metadata(root), settings, place=str(path))


def book_of_tree(
    root: Element,
    metadata: Metadata,
    settings: IngestSettings,
    *,
    place: str,
    letters: Counter[str] | None = None,
    cover: Cover | None = None,
) -> Book:
    """Make a book of one tree of HTML elements.

    Args:
        root: The tree.
        metadata: What the source says of itself.
        settings: What is read aloud.
        place: The file, for errors.
        letters: Letters of the source, for a tree that was made from another format; counted here otherwise.
        cover: The cover.
    """
    body = next(root.iter("{*}body"), root)
    counted = Counter(source_text(body).casefold()) if letters is None else letters

    def resolve(href: str) -> str:
        return href if href.startswith("#") else ""

    sure, possible = find_marks(root, resolve)
    notes = find_notes(root, "", sure, possible, resolve)
    targets = frozenset(sure) | frozenset(notes.values())
    document = walk(root, "", settings, language=metadata.language, resolve=resolve, notes=notes, targets=targets)
    return compose([document], metadata, settings, counted, cover=cover, place=place)


def _metadata(root: Element) -> Metadata:
    named: dict[str, str] = {}
    for node in root.iter("{*}meta"):
        name = (node.get("name") or node.get("property") or "").lower()
        if name and node.get("content"):
            named.setdefault(name, one_line(node.get("content")))
    title = next((one_line(children_text(node)) for node in root.iter("{*}title")), "")
    heading = next((one_line(children_text(node)) for node in root.iter("{*}h1")), "")

    def first(*names: str) -> str:
        return next((named[name] for name in names if name in named), "")

    date = first("dcterms.created", "dc.date", "dcterms.date", "date", "article:published_time")
    return Metadata(
        title=first("dc.title", "dcterms.title", "og:title") or title or heading,
        author=first("author", "dc.creator", "dcterms.creator", "article:author"),
        language=attribute(root, "lang") or first("dc.language", "dcterms.language", "content-language"),
        description=first("description", "dc.description", "og:description"),
        publisher=first("publisher", "dc.publisher", "dcterms.publisher"),
        identifier=first("dc.identifier", "dcterms.identifier", "isbn"),
        rights=first("copyright", "dc.rights", "dcterms.rights"),
        year=date[:4] if date[:4].isdecimal() else "",
        genre=first("dc.subject", "dcterms.subject"),
    )
