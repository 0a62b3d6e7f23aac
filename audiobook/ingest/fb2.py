"""FB2: FictionBook 2, plain or zipped."""

from __future__ import annotations

import base64
import binascii
import zipfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from audiobook.book import Book, Cover, Metadata
from audiobook.container.archive import open_archive
from audiobook.container.xml import Element, attribute, children_text, local, parse_xml
from audiobook.errors import HostileSourceError, SourceError
from audiobook.ingest.clean import clean, one_line
from audiobook.ingest.html import book_of_tree
from audiobook.ingest.opfmeta import sniff
from audiobook.ingest.tree import add, add_text, new_body
from audiobook.settings import IngestSettings

__all__ = ["read_fb2"]

_MAX_BYTES = 64 * 1024 * 1024
_MAX_TAGS = 600_000
_INLINE = {"emphasis": "em", "strong": "strong", "sup": "sup", "sub": "sub", "code": "code", "strikethrough": "span"}


@dataclass(slots=True)
class _Reader:
    in_notes: bool = False

    def blocks(self, parent: Element, source: Element, depth: int) -> None:  # noqa: C901, PLR0912 - one branch an element
        """Bring blocks over; sections inside sections get headings further down."""
        _stray(parent, source.text)
        for node in source:
            name = local(node)
            if name == "section":
                holder = add(parent, "section", id=attribute(node, "id"))
                if self.in_notes and attribute(node, "id"):
                    holder = add(parent, "aside", type_="footnote", id=attribute(node, "id"))
                self.blocks(holder, node, depth + 1)
            elif name == "title":
                if self.in_notes and depth > 1:
                    self.lines(add(add(parent, "p"), "a", href="#back"), node)
                else:
                    self.lines(add(parent, f"h{min(depth, 6)}"), node)
            elif name == "subtitle":
                self.inline(add(parent, f"h{min(depth + 1, 6)}"), node)
            elif name in {"epigraph", "cite", "annotation"}:
                self.blocks(add(parent, "blockquote"), node, depth)
            elif name == "poem":
                self.blocks(add(parent, "div", class_="poem"), node, depth + 1)
            elif name == "stanza":
                self.blocks(add(parent, "div", class_="stanza"), node, depth)
            elif name == "v":
                self.inline(add(parent, "div"), node)
            elif name == "empty-line":
                add(parent, "p")
            elif name == "image":
                add(parent, "img", alt=node.get("alt") or node.get("title") or "")
            elif name == "table":
                self.table(add(parent, "table"), node)
            elif name in {"p", "text-author", "date"}:
                self.inline(add(parent, "p", id=attribute(node, "id")), node)
            elif name:
                self.inline(add(parent, "p"), node)
            _stray(parent, node.tail)

    def lines(self, parent: Element, source: Element) -> None:
        """Bring a title's paragraphs over as lines of one heading."""
        add_text(parent, source.text)
        for number, node in enumerate(source):
            if number and local(node):
                add(parent, "br")
            if local(node):
                self.inline(parent, node)
            add_text(parent, node.tail)

    def table(self, parent: Element, source: Element) -> None:
        """Bring a table over; its words are HTML's own."""
        _stray(parent, source.text)
        for row in source:
            line = add(parent, "tr")
            if local(row) == "tr":
                _stray(line, row.text)
                for cell in row:
                    if local(cell):
                        kind = "th" if local(cell) == "th" else "td"
                        self.inline(add(line, kind, colspan=cell.get("colspan") or ""), cell)
                    _stray(line, cell.tail)
            elif local(row):
                self.inline(add(line, "td"), row)
            _stray(parent, row.tail)

    def inline(self, parent: Element, source: Element) -> None:
        """Bring text over."""
        add_text(parent, source.text)
        for node in source:
            name = local(node)
            if name == "a":
                kind = "noteref" if attribute(node, "type") == "note" else ""
                self.inline(add(parent, "a", href=attribute(node, "href"), type_=kind), node)
            elif name == "style":
                self.inline(add(parent, "span", lang=attribute(node, "lang")), node)
            elif name == "image":
                add(parent, "img", alt=node.get("alt") or "")
            elif name:
                self.inline(add(parent, _INLINE.get(name, "span"), lang=attribute(node, "lang")), node)
            add_text(parent, node.tail)


def _stray(parent: Element, text: str | None) -> None:
    """Keep text that stands where none should."""
    if text and text.strip():
        add_text(add(parent, "p"), text)


def read_fb2(path: Path, settings: IngestSettings) -> Book:
    """Read a FictionBook file, also inside a zip archive.

    Raises:
        SourceError: it is damaged or empty.
        HostileSourceError: it would exhaust the machine.
    """
    data = _bytes(path)
    if len(data) > _MAX_BYTES or data.count(b"<") > _MAX_TAGS:
        raise HostileSourceError("the file is larger than any book's", place=str(path), remedy="Split it into volumes")
    root = parse_xml(data, str(path))
    if local(root) != "fictionbook":
        raise SourceError("this is no FictionBook", place=str(path), remedy="Check the file's ending")
    metadata = _metadata(root)
    target = new_body(metadata.language)
    reader = _Reader()
    letters: Counter[str] = Counter()
    for number, body in enumerate(root.iterchildren("{*}body")):
        reader.in_notes = attribute(body, "name").lower() in {"notes", "comments", "footnotes"}
        holder = add(target, "section", type_="rearnotes") if reader.in_notes else target
        reader.blocks(holder, body, 1 if not number or reader.in_notes else 2)
        letters += _letters(body)
    return book_of_tree(
        target.getparent(), metadata, settings, place=str(path), letters=letters, cover=_cover(root)
    )  # fmt: skip


def _bytes(path: Path) -> bytes:
    if not zipfile.is_zipfile(path):
        if path.stat().st_size > _MAX_BYTES:
            raise HostileSourceError(
                "the file is larger than any book's", place=str(path), remedy="Split it into volumes"
            )
        return path.read_bytes()
    with open_archive(path) as archive:
        names = [name for name in archive.names if name.lower().endswith((".fb2", ".xml"))]
        if not names:
            raise SourceError("there is no FB2 file in the archive", place=str(path), remedy="Name the book itself")
        return archive.read(names[0])


def _letters(body: Element) -> Counter[str]:
    parts = [clean(text) for text in body.itertext() if isinstance(text, str)]
    for image in body.iter("{*}image"):
        inline = local(image.getparent()) not in {"section", "body", "epigraph", "cite", "poem", "title"}
        parts.append(clean(image.get("alt") or ("" if inline else image.get("title") or "")))
    return Counter(" ".join(parts).casefold())


def _metadata(root: Element) -> Metadata:
    info = next(root.iter("{*}title-info"), None)
    printed = next(root.iter("{*}publish-info"), None)

    def first(holder: Element | None, name: str) -> str:
        node = next(holder.iter(f"{{*}}{name}"), None) if holder is not None else None
        return one_line(children_text(node)) if node is not None else ""

    sequence = next(info.iterchildren("{*}sequence"), None) if info is not None else None
    date = next(info.iterchildren("{*}date"), None) if info is not None else None
    written = (attribute(date, "value") or children_text(date))[:4] if date is not None else ""
    genres = [one_line(children_text(node)) for node in info.iterchildren("{*}genre")] if info is not None else []
    return Metadata(
        title=first(info, "book-title"),
        author="; ".join(_people(info)),
        language=first(info, "lang"),
        year=first(printed, "year")[:4] or (written if written.isdecimal() else ""),
        description=first(info, "annotation"),
        series=attribute(sequence, "name") if sequence is not None else "",
        series_part=attribute(sequence, "number") if sequence is not None else "",
        publisher=first(printed, "publisher"),
        identifier=first(printed, "isbn") or first(next(root.iter("{*}document-info"), None), "id"),
        genre="; ".join(genres),
    )


def _people(info: Element | None) -> list[str]:
    people = []
    for node in info.iterchildren("{*}author") if info is not None else ():
        names = {local(part): one_line(children_text(part)) for part in node if local(part)}
        full = " ".join(filter(None, (names.get(part, "") for part in ("first-name", "middle-name", "last-name"))))
        people.append(full or names.get("nickname", ""))
    return [name for name in people if name]


def _cover(root: Element) -> Cover | None:
    page = next(root.iter("{*}coverpage"), None)
    image = next(page.iter("{*}image"), None) if page is not None else None
    wanted = attribute(image, "href").lstrip("#") if image is not None else ""
    for node in root.iterchildren("{*}binary"):
        if wanted and node.get("id") == wanted:
            try:
                data = base64.b64decode(node.text or "", validate=False)
            except (binascii.Error, ValueError):
                return None
            return Cover(data, sniff(data)) if sniff(data) else None
    return None
