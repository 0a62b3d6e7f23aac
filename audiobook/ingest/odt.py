"""ODT: OpenDocument text, read directly from its XML."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from audiobook.book import Book, Cover, Metadata
from audiobook.container.archive import Archive, open_archive
from audiobook.container.xml import Element, attribute, children_text, is_whole, local, parse_xml
from audiobook.errors import SourceError
from audiobook.ingest.clean import clean, one_line
from audiobook.ingest.html import book_of_tree
from audiobook.ingest.opfmeta import sniff
from audiobook.ingest.tree import add, add_text, new_body, noteref
from audiobook.settings import IngestSettings

__all__ = ["read_odt"]

_REMEDY = "Open it in a word processor and save it again as ODT"
_INDEXES = {
    "table-of-content": "toc", "illustration-index": "loi", "table-index": "lot", "object-index": "loi",
    "user-index": "index", "alphabetical-index": "index",
}  # fmt: skip
_GONE = frozenset((
    "tracked-changes", "sequence-decls", "variable-decls", "user-field-decls", "dde-connection-decls", "forms",
    "alphabetical-index-auto-mark-file", "annotation", "annotation-end", "meta-field-decls", "table-of-content-source",
    "illustration-index-source", "table-index-source", "alphabetical-index-source", "user-index-source",
    "object-index-source", "bibliography-source",
))  # fmt: skip
"""Elements whose text is not the document's: deleted text, remarks, templates of indexes."""


@dataclass(frozen=True, slots=True)
class _Style:
    parent: str = ""
    emphasis: bool = False
    hidden: bool = False
    raised: bool = False
    language: str = ""


@dataclass(slots=True)
class _Reader:
    styles: dict[str, _Style]
    language: str
    notes: int = 0

    def blocks(self, parent: Element, source: Element) -> None:
        """Bring blocks over; text outside paragraphs is broken markup, but text."""
        _stray(parent, getattr(source, "text", None))
        for node in source:
            self._block(parent, node)
            _stray(parent, node.tail)

    def _block(self, parent: Element, node: Element) -> None:
        name = local(node)
        if name == "h":
            level = attribute(node, "outline-level")
            self.inline(add(parent, f"h{min(int(level), 6) if level.isdecimal() and level != '0' else 1}"), node)
        elif name == "p":
            self.paragraph(parent, node)
        elif name == "list":
            self.blocks(add(parent, "ul"), node)
        elif name in {"list-item", "list-header"}:
            self.blocks(add(parent, "li"), node)
        elif name == "table":
            self.rows(add(parent, "table"), node, "td")
        elif name in _INDEXES:
            self.blocks(add(parent, "section", type_=_INDEXES[name]), node)
        elif name == "frame":
            self.frame(parent, node)
        elif name and name not in _GONE:
            self.blocks(parent, node)

    def paragraph(self, parent: Element, node: Element) -> None:
        """Bring a paragraph over; its style says whether it is a title, a quotation or code."""
        name = self.ancestry(attribute(node, "style-name"))
        if "Title" in name:
            block = add(parent, "h1")
        elif "Quotations" in name:
            block = add(add(parent, "blockquote"), "p")
        elif "Preformatted_20_Text" in name:
            block = add(parent, "pre")
        else:
            block = add(parent, "p")
        self.inline(block, node)

    def ancestry(self, name: str) -> list[str]:
        """Return a style's name and those it is based on."""
        names: list[str] = []
        while name and name not in names:
            names.append(name)
            name = self.styles.get(name, _Style()).parent
        return names

    def inline(self, parent: Element, source: Element) -> None:
        """Bring text over."""
        add_text(parent, source.text)
        for node in source:
            name = local(node)
            if name in {"s", "tab"}:
                add_text(parent, " ")
            elif name == "line-break":
                add(parent, "br")
            elif name == "note":
                self.note(parent, node)
            elif name == "span":
                self.inline(self.span(parent, node), node)
            elif name == "ruby":
                self.ruby(parent, node)
            elif name == "frame":
                self.frame(parent, node)
            elif name in {"p", "h", "list", "table"}:
                self._block(add(parent, "div"), node)
            elif name not in _GONE and name:
                self.inline(parent, node)
            add_text(parent, node.tail)

    def span(self, parent: Element, node: Element) -> Element:
        """Open the elements that a span's style means."""
        style = self.styles.get(attribute(node, "style-name"), _Style())
        if style.hidden:
            parent = add(parent, "span", style="display:none")
        if style.language and style.language.partition("-")[0] != self.language.partition("-")[0]:
            parent = add(parent, "span", lang=style.language)
        if style.raised:
            parent = add(parent, "sup")
        return add(parent, "em" if style.emphasis else "span")

    def note(self, parent: Element, node: Element) -> None:
        """Bring a note over: its mark here, its text at the document's end."""
        self.notes += 1
        key = f"note-{self.notes}"
        document = next(ancestor for ancestor in parent.iterancestors("body"))
        citation = next(node.iterchildren("{*}note-citation"), None)
        noteref(parent, key, children_text(citation) if citation is not None else "*")
        aside = add(document, "aside", type_="footnote", id=key)
        _stray(aside, node.text)
        for part in node:
            if part is not citation:
                self._block(aside, part)
            _stray(aside, part.tail)

    def ruby(self, parent: Element, node: Element) -> None:
        """Bring a base with its reading over."""
        ruby = add(parent, "ruby")
        add_text(ruby, node.text)
        for part in node:
            if local(part):
                self.inline(add(ruby, "rt") if local(part) == "ruby-text" else ruby, part)
            add_text(ruby, part.tail)

    def frame(self, parent: Element, node: Element) -> None:
        """Bring a picture's text or a text box over."""
        alt = " ".join(children_text(item) for item in node if local(item) in {"title", "desc"})
        if alt.strip():
            add(parent, "img", alt=alt)
        _stray(parent, node.text)
        for box in node:
            if local(box) not in {"title", "desc", ""} | _GONE:
                self.blocks(add(parent, "div"), box)
            _stray(parent, box.tail)

    def rows(self, table: Element, source: Element, kind: str) -> None:
        """Bring rows over."""
        _stray(table, source.text)
        for node in source:
            name = local(node)
            if name == "table-row":
                self.cells(add(table, "tr"), node, kind)
            elif name in {"table-header-rows", "table-rows", "table-row-group"}:
                self.rows(table, node, "th" if name == "table-header-rows" else kind)
            elif name and name not in _GONE:
                self._block(add(add(table, "tr"), "td"), node)
            _stray(table, node.tail)

    def cells(self, line: Element, source: Element, kind: str) -> None:
        """Bring a row's cells over."""
        _stray(line, source.text)
        for node in source:
            if local(node) in {"table-cell", "covered-table-cell"}:
                self.blocks(add(line, kind, colspan=attribute(node, "number-columns-spanned")), node)
            elif local(node) and local(node) not in _GONE:
                self._block(add(line, kind), node)
            _stray(line, node.tail)


def _stray(parent: Element, text: str | None) -> None:
    """Keep text that stands where none should."""
    if text and text.strip():
        add_text(add(parent, "p"), text)


def read_odt(path: Path, settings: IngestSettings) -> Book:
    """Read an OpenDocument text.

    Raises:
        SourceError: it is damaged, encrypted or empty.
        HostileSourceError: it would exhaust the machine.
    """
    with open_archive(path) as archive:
        _refuse_encrypted(archive)
        content = _part(archive, "content.xml")
        if content is None:
            raise SourceError("there is no text document in it", place=str(path), remedy=_REMEDY)
        text = next(content.iter("{urn:oasis:names:tc:opendocument:xmlns:office:1.0}text"), content)
        styles: dict[str, _Style] = {}
        language = ""
        for root in (_part(archive, "styles.xml"), content):
            if root is not None:
                language = language or _default_language(root)
                styles |= _styles(root)
        metadata = _metadata(_part(archive, "meta.xml"), language)
        target = new_body(metadata.language)
        _Reader(styles, metadata.language).blocks(target, text)
        if not metadata.title:
            heading = next(target.iter("h1"), None)
            title = one_line(children_text(heading)) if heading is not None else path.stem
            metadata = Metadata(
                title, metadata.author, metadata.language, description=metadata.description, genre=metadata.genre
            )
        letters = _letters(text)
        if not any(map(str.isalnum, letters)) and not is_whole(archive.read("content.xml")):
            raise SourceError("the text in it is damaged", place=str(path), remedy=_REMEDY)
        return book_of_tree(
            target.getparent(), metadata, settings, place=str(path), letters=letters, cover=_cover(archive)
        )


def _part(archive: Archive, name: str) -> Element | None:
    found = archive.find(name)
    return parse_xml(archive.read(found), f"{archive.place}:{found}") if found else None


def _refuse_encrypted(archive: Archive) -> None:
    manifest = _part(archive, "META-INF/manifest.xml")
    if manifest is not None and next(manifest.iter("{*}encryption-data"), None) is not None:
        raise SourceError("this document is locked with a password", place=archive.place, remedy="Save it without one")


def _styles(root: Element) -> dict[str, _Style]:
    styles: dict[str, _Style] = {}
    for node in root.iter("{*}style"):
        facts = {
            attribute_name.rpartition("}")[2]: str(value)
            for properties in node.iterchildren("{*}text-properties")
            for attribute_name, value in properties.attrib.items()
        }
        language = facts.get("language", "")
        country = facts.get("country", "none")
        styles[attribute(node, "name")] = _Style(
            parent=attribute(node, "parent-style-name"),
            emphasis=facts.get("font-style") in {"italic", "oblique"} or facts.get("font-weight") == "bold",
            hidden=facts.get("display") == "none",
            raised=facts.get("text-position", "").startswith("super"),
            language="" if language in {"", "none", "zxx"} else language + (f"-{country}" if country != "none" else ""),
        )
    return styles


def _default_language(root: Element) -> str:
    for node in root.iter("{*}default-style"):
        for properties in node.iterchildren("{*}text-properties"):
            if attribute(properties, "language") not in {"", "none", "zxx"}:
                country = attribute(properties, "country")
                return attribute(properties, "language") + (f"-{country}" if country not in {"", "none"} else "")
    return ""


def _letters(text: Element) -> Counter[str]:
    """Count the letters of everything that is not deleted, a remark or an index's template."""
    parts: list[str] = []
    pending: list[Element] = [text]
    while pending:
        node = pending.pop()
        if isinstance(node.tag, str) and local(node) not in _GONE:
            parts.append(clean(node.text or ""))
            pending.extend(node)
        if node is not text:
            parts.append(clean(node.tail or ""))
    return Counter(" ".join(parts).casefold())


def _metadata(root: Element | None, language: str) -> Metadata:
    facts: dict[str, str] = {}
    for node in root.iter() if root is not None else ():
        if isinstance(node.tag, str) and not len(node):
            facts.setdefault(local(node), one_line(children_text(node)))
    return Metadata(
        title=facts.get("title", ""),
        author=facts.get("initial-creator") or facts.get("creator", ""),
        language=facts.get("language") or language,
        description=facts.get("description", ""),
        genre=facts.get("subject", ""),
    )


def _cover(archive: Archive) -> Cover | None:
    found = archive.find("Thumbnails/thumbnail.png")
    data = archive.read(found) if found else b""
    return Cover(data, sniff(data)) if sniff(data) else None
