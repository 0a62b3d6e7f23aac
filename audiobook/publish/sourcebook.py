"""A source EPUB opened for packaging: what of it can be used, and where in it every mark is."""

from __future__ import annotations

import bisect
import hashlib
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from lxml import etree

from audiobook.audio import Track
from audiobook.container.archive import Archive
from audiobook.container.package import Item, Package, read_package
from audiobook.container.xml import Element, attribute, is_whole, parse_markup, parse_xml
from audiobook.publish.alignment import Letters, align, letters_of
from audiobook.publish.opf import OPF
from audiobook.publish.pagetext import read_page
from audiobook.publish.xhtml5 import XHTML, has_form, modernize, sanitize

__all__ = [
    "PAGE",
    "PICTURE",
    "Piece",
    "SourceBook",
    "UnfitError",
    "find_marks",
    "parsed",
    "read_source_book",
    "unscrambled",
]

PAGE = "application/xhtml+xml"
PICTURE = "image/svg+xml"
_LEAST_MAPPED = 0.9
_IDPF, _ADOBE = "http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"


class UnfitError(Exception):
    """The source's pages cannot be kept; says why."""


@dataclass(frozen=True, slots=True)
class SourceBook:
    """What is known of the source before anything is written."""

    package: Package
    pages: tuple[Item, ...]
    """Text documents in reading order, the navigation left out."""
    texts: tuple[Letters, ...]
    """The letters of each."""
    forms: frozenset[str]
    """Members with a form in them."""
    fonts: tuple[tuple[str, str], ...] = ()
    """Member and algorithm of each font that is scrambled."""

    @property
    def modern(self) -> bool:
        """Is it an EPUB 3?"""
        return (self.package.root.get("version") or "").startswith("3")


@dataclass(frozen=True, slots=True)
class Piece:
    """A mark, or a part of one, in a page."""

    track: int
    """Index of its track."""
    mark: int
    """Index within its track."""
    page: int
    """Index into `SourceBook.pages`."""
    first: int
    """First character of the page's text, as `read_page` gives it, and one past the last letter."""
    past: int


def read_source_book(archive: Archive) -> SourceBook:
    """Read package and pages.

    Raises:
        UnfitError: something would not be valid, or not safe, in an EPUB 3.
        SourceError: it cannot be read.
    """
    package = read_package(archive)
    if not is_whole(archive.read(package.path)) or package.root.tag != f"{{{OPF}}}package":
        raise UnfitError("its package document is damaged")
    if not all(package.root.find(f"{{{OPF}}}{name}") is not None for name in ("metadata", "manifest", "spine")):
        raise UnfitError("its package document is incomplete")
    fonts = _scrambled(archive)
    modern = (package.root.get("version") or "").startswith("3")
    navs = {item.href for item in package.items if "nav" in item.properties.split()}
    if modern != bool(navs) or (not modern and not package.ncx):
        raise UnfitError("it has no table of contents")
    spine = [item for item, _ in package.spine]
    pages, texts, forms = [], [], set()
    for item in dict.fromkeys((*spine, *package.items)):
        if item.media_type not in {PAGE, PICTURE} or not item.href:
            continue
        root = parsed(archive, item, modern=modern)
        if has_form(root):
            forms.add(item.href)
        body = next(root.iter(f"{{{XHTML}}}body"), None)
        if item in spine and body is not None and item.href not in navs:
            pages.append(item)
            texts.append(letters_of(read_page(body).text))
    return SourceBook(package, tuple(pages), tuple(texts), frozenset(forms), fonts)


def parsed(archive: Archive, item: Item, *, modern: bool) -> Element:
    """Read a page or picture without its programs, in today's HTML.

    Raises:
        UnfitError: it is not well-formed, or uses what HTML no longer has.
        SourceError: it cannot be read.
    """
    place = f"{archive.place}:{item.href}"
    root = parse_markup(archive.read(item.href), place)
    picture = item.media_type == PICTURE
    if etree.QName(root).namespace != ("http://www.w3.org/2000/svg" if picture else XHTML):
        raise UnfitError(f"{item.href} is not well-formed")
    sanitize(root)
    if not picture:
        if root.find(f"{{{XHTML}}}head") is None or root.find(f"{{{XHTML}}}body") is None:
            raise UnfitError(f"{item.href} has no head or no body")
        if not modern and (unknown := modernize(root)):
            raise UnfitError(f"{item.href} has {unknown} in it")
    return root


def _scrambled(archive: Archive) -> tuple[tuple[str, str], ...]:
    """Return fonts that are scrambled and how; nothing else of a book that is to be copied may be encrypted."""
    name = archive.find("META-INF/encryption.xml")
    if not name:
        return ()
    found = []
    for data in parse_xml(archive.read(name), f"{archive.place}:{name}").iter("{*}EncryptedData"):
        methods = (node.get("Algorithm") or attribute(node, "algorithm") for node in data.iter("{*}EncryptionMethod"))
        method = next(methods, "")
        target = next((archive.find(unquote(node.get("URI") or "")) for node in data.iter("{*}CipherReference")), None)
        if method not in {_IDPF, _ADOBE} or target is None:
            raise UnfitError("a part of it is encrypted")
        found.append((target, method))
    return tuple(found)


def unscrambled(data: bytes, algorithm: str, package: Package) -> bytes:
    """Return a font as it was: its first kilobyte is combined with a key that is made of the book's identifier."""
    unique = package.root.get("unique-identifier") or ""
    names = [node for node in package.root.iter("{*}identifier") if node.get("id") == unique]
    identifier = re.sub(r"[\x20\x09\x0d\x0a]", "", "".join(names[0].itertext())) if names else ""
    key, size = hashlib.sha1(identifier.encode(), usedforsecurity=False).digest(), 1040
    if algorithm == _ADOBE:
        digits = re.sub(r"[^0-9a-fA-F]", "", identifier.rpartition(":")[2])
        key, size = bytes.fromhex(digits[:32].ljust(32, "0")), 1024
    return bytes(byte ^ key[at % len(key)] for at, byte in enumerate(data[:size])) + data[size:]


def find_marks(book: SourceBook, tracks: tuple[Track, ...]) -> tuple[tuple[Piece, ...], int, int]:
    """Find all marks of all tracks in the pages.

    Returns:
        The pieces in the order in which they are heard; how many marks there are; how many were found.

    Raises:
        UnfitError: too few were found.
    """
    places = [
        (number, index) for number, track in enumerate(tracks) for index in range(len(track.marks)) if not track.credits
    ]
    passages = [letters_of(tracks[number].marks[index].text).text for number, index in places]
    ranges = align(passages, "".join(letters.text for letters in book.texts))
    heard = sum(bool(passage) for passage in passages)
    found = sum(bool(passage and where) for passage, where in zip(passages, ranges, strict=True))
    if not heard or found < _LEAST_MAPPED * heard:
        raise UnfitError(f"of {heard} sentences that are read {found} stand in its pages")
    edges = [0, *itertools.accumulate(len(letters.text) for letters in book.texts)]
    pieces = [
        Piece(number, index, *piece)
        for (number, index), where in zip(places, ranges, strict=True)
        for first, past in where
        for piece in _cut(book, edges, first, past)
    ]
    return tuple(pieces), heard, found


def _cut(book: SourceBook, edges: list[int], first: int, past: int) -> Iterator[tuple[int, int, int]]:
    """Turn a range of all letters into page, first character and one past the last, cut where pages end."""
    page = bisect.bisect_right(edges, first) - 1
    while first < past:
        end = min(past, edges[page + 1])
        if first < end:
            letters, base = book.texts[page], edges[page]
            yield page, letters.place(first - base), letters.place(end - 1 - base) + 1
        first, page = end, page + 1
