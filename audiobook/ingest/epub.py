"""EPUB 2 and 3: our own tolerant reader in spine order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

from audiobook.book import Book, Exclusion, LexiconEntry, Metadata
from audiobook.container.archive import Archive, open_archive
from audiobook.container.package import Item, Package, join, read_package, refuse_drm
from audiobook.container.xml import Element, parse_markup, parse_xml
from audiobook.errors import HostileSourceError, SourceError
from audiobook.ingest.compose import compose
from audiobook.ingest.ledger import source_text
from audiobook.ingest.lexicon import read_pls
from audiobook.ingest.notes import find_marks, find_notes
from audiobook.ingest.opfmeta import read_cover, read_metadata
from audiobook.ingest.passages import Document
from audiobook.ingest.semantics import section_role
from audiobook.ingest.toc import Entry, read_landmarks, read_nav, read_ncx, targets
from audiobook.ingest.walk import walk
from audiobook.settings import IngestSettings

__all__ = ["read_epub"]

_MAX_TEXT = 24 * 1024 * 1024
"""Bytes of all text documents together."""
_MAX_TAGS = 600_000
"""Tags of all text documents together: the trees of lxml take up to 200 bytes a tag."""
_NON_LINEAR = 2_000
"""Characters from which on a page that the spine calls non-linear but the contents list is read."""
_MAX_LEXEMES = 100_000
_NAV_TEXT = 200
"""Characters besides the lists from which on a navigation document is text of the book as well."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class _Source:
    """One text document's bytes, with what the spine says of it."""

    item: Item
    data: bytes
    linear: bool


def read_epub(path: Path, settings: IngestSettings) -> Book:
    """Read an EPUB.

    Raises:
        SourceError: it is damaged beyond reading, empty, or locked by DRM.
        HostileSourceError: it would exhaust the machine or reach outside itself.
    """
    with open_archive(path) as archive:
        package = read_package(archive)
        refuse_drm(archive, package)
        metadata = read_metadata(package)
        entries, landmarks, navs = _contents(archive, package)
        sources = _sources(archive, package)
        listed = frozenset(target.partition("#")[0] for target in targets(entries))
        documents, letters = _documents(archive, sources, metadata, settings, navs, listed)
        roles = _roles(package, landmarks)
        language = next((document.language for document in documents if document.language), "")
        if not any(True for _ in package.root.iter("{http://purl.org/dc/elements/1.1/}language")) and language:
            metadata = replace(metadata, language=language)
        return compose(
            documents, metadata, settings, letters, entries=entries, roles=roles,
            cover=read_cover(archive, package), lexicon=_lexicons(archive, package), place=str(path),
        )  # fmt: skip


def _tolerate(read: Callable[[], _T], default: _T) -> _T:
    """Return what can be read; a part of the book that is broken, but not hostile, is done without."""
    try:
        return read()
    except HostileSourceError:
        raise
    except SourceError:
        return default


def _parsed(archive: Archive, name: str, parse: Callable[[bytes, str], _T]) -> _T:
    """Read a member and parse it, with its name for errors."""
    return parse(archive.read(name), f"{archive.place}:{name}")


def _resolver(archive: Archive, base: str) -> Callable[[str], str]:
    def resolve(href: str) -> str:
        path, mark, fragment = join(base, href).partition("#")
        return f"{archive.find(path) or path}{mark}{fragment}"

    return resolve


def _contents(
    archive: Archive, package: Package
) -> tuple[tuple[Entry, ...], tuple[tuple[str, str], ...], frozenset[str]]:
    """Read the table of contents: the navigation document first, the NCX second."""
    navs = list(dict.fromkeys(item.href for item in package.items if item.href and "nav" in item.properties.split()))[
        :3
    ]
    entries: tuple[Entry, ...] = ()
    landmarks: tuple[tuple[str, str], ...] = ()
    for nav in navs:
        root = _tolerate(partial(_parsed, archive, nav, parse_markup), None)
        if root is not None:
            entries = entries or read_nav(root, _resolver(archive, nav))
            landmarks = landmarks or read_landmarks(root, _resolver(archive, nav))
    if not entries and package.ncx:
        root = _tolerate(partial(_parsed, archive, package.ncx, parse_xml), None)
        if root is not None:
            entries = read_ncx(root, _resolver(archive, package.ncx))
    return entries, landmarks, frozenset(navs)


def _sources(archive: Archive, package: Package) -> list[_Source]:
    sources: list[_Source] = []
    size = tags = 0
    for item, linear in package.spine:
        data = _tolerate(partial(archive.read, item.href), b"")
        size += len(data)
        tags += data.count(b"<")
        if size > _MAX_TEXT or tags > _MAX_TAGS:
            raise HostileSourceError(
                "its text is larger than any book's", place=archive.place, remedy="Split it into volumes"
            )
        sources.append(_Source(item, data, linear))
    if not any(source.linear for source in sources):
        sources = [replace(source, linear=True) for source in sources]
    return sources


def _documents(
    archive: Archive,
    sources: Sequence[_Source],
    metadata: Metadata,
    settings: IngestSettings,
    navs: frozenset[str],
    listed: frozenset[str],
) -> tuple[list[Document], Counter[str]]:
    """Read all text documents: first which links are notes' marks, then the text itself."""
    sure: dict[str, str] = {}
    possible: dict[str, str] = {}
    for source in sources:
        if b"#" not in source.data:
            continue
        root = _tree(archive, source)
        if root is not None:
            one, two = find_marks(root, _resolver(archive, source.item.href))
            sure |= one
            possible |= two
    letters: Counter[str] = Counter()
    documents: list[Document] = []
    for source in sources:
        root = _tree(archive, source)
        if root is None:
            continue
        href = source.item.href
        body = next(root.iter("{*}body"), root)
        letters.update(source_text(body).casefold())
        resolve = _resolver(archive, href)
        notes = find_notes(root, href, sure, possible, resolve)
        keys = frozenset(sure) | frozenset(notes.values())
        document = walk(root, href, settings, language=metadata.language, resolve=resolve, notes=notes, targets=keys)
        if href in navs:
            document = _contents_page(document, source_text(body))
        documents.append(document if source.linear or _belongs(document, listed) else _aside(document))
    return documents, letters


def _contents_page(document: Document, text: str) -> Document:
    """Leave the navigation document out of the reading order, unless it holds text of the book as well."""
    own = sum(
        len(passage.text) for passage in document.passages if passage.role != "contents" and passage.kind != "heading"
    )
    if own > _NAV_TEXT:
        return document
    return Document(document.href, (), (Exclusion("contents", " ".join(text.split())),))


def _tree(archive: Archive, source: _Source) -> Element | None:
    return _tolerate(partial(parse_markup, source.data, f"{archive.place}:{source.item.href}"), None)


def _belongs(document: Document, listed: frozenset[str]) -> bool:
    """Is a page that the spine calls non-linear a chapter all the same? Some tools mark chapters so by mistake."""
    size = sum(len(passage.text) for passage in document.passages if not passage.note)
    return document.href in listed and size > _NON_LINEAR


def _aside(document: Document) -> Document:
    """Take a non-linear page out of the reading order, except its notes, which are read by their marks."""
    passages = tuple(passage for passage in document.passages if passage.note)
    rest = tuple(
        Exclusion("non-linear", passage.text) for passage in document.passages if not passage.note and passage.text
    )
    return replace(document, passages=passages, exclusions=(*document.exclusions, *rest), anchors=())


def _roles(package: Package, landmarks: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return what guide and landmarks say of whole documents."""
    roles: dict[str, str] = {}
    for words, target in (*landmarks, *package.guide):
        role = section_role(words)
        if role and "#" not in target:
            roles.setdefault(target, role)
    return roles


def _lexicons(archive: Archive, package: Package) -> tuple[LexiconEntry, ...]:
    entries: list[LexiconEntry] = []
    seen: set[str] = set()
    for item in package.items:
        if item.href not in {"", *seen} and item.media_type == "application/pls+xml" and len(entries) < _MAX_LEXEMES:
            seen.add(item.href)
            entries += _tolerate(partial(_parsed, archive, item.href, read_pls), ())
    return tuple(entries)
