"""EPUB 3 that reads along, made of a source EPUB: its own pages, pictures, fonts and styles stay as they are."""

from __future__ import annotations

import itertools
import posixpath
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

from lxml import etree

from audiobook.audio import Mark, Track, frames_to_ms
from audiobook.container.archive import Archive, open_archive
from audiobook.container.package import Item
from audiobook.container.xml import Element, parse_xml
from audiobook.names import contained, one_line
from audiobook.publish.archive import Entry, write_zip
from audiobook.publish.chapters import chapter_title, scratch
from audiobook.publish.contents import navigation, read_ncx
from audiobook.publish.edition import Edition
from audiobook.publish.mp3 import write_mp3_files
from audiobook.publish.opf import Addition, address, linked, rewrite
from audiobook.publish.overlay import Clip, active_style, smil
from audiobook.publish.pagetext import PageText, Run, read_page, runs, wrap
from audiobook.publish.paragraphs import arrange, shown
from audiobook.publish.sourcebook import (
    PAGE,
    PICTURE,
    Piece,
    SourceBook,
    UnfitError,
    find_marks,
    parsed,
    read_source_book,
    unscrambled,
)
from audiobook.publish.xhtml5 import XHTML

__all__ = ["write_source_epub"]

_CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">\n'
    '<rootfiles><rootfile full-path="{path}" media-type="application/oebps-package+xml"/></rootfiles>\n'
    "</container>\n"
)
_OWN_PAGE = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
    'lang="{language}" xml:lang="{language}">\n<head>\n<title>{title}</title>\n'
    '<link rel="stylesheet" type="text/css" href="voice.css"/>\n</head>\n<body>\n{body}\n</body>\n</html>\n'
)
_FOLDER = "audiobook"
_APPLE = "META-INF/com.apple.ibooks.display-options.xml"
"""What Apple's reader looks at before it shows a book's own fonts."""


@dataclass(frozen=True, slots=True)
class _Heard:
    """A piece of a page and when it is heard in the sound of its track."""

    piece: Piece
    begin_ms: int
    end_ms: int


@dataclass(slots=True)
class _Binder:
    """Writes one EPUB; what later files must state is gathered while the pages are written."""

    edition: Edition
    book: SourceBook
    archive: Archive
    sounds: tuple[Path, ...]
    folder: str
    """In the archive, for all that is added."""
    prefix: str
    """Of identifiers in package and pages."""
    heard: tuple[_Heard, ...]
    additions: list[Addition] = field(default_factory=list)
    overlays: dict[str, tuple[str, int]] = field(default_factory=dict)

    def entries(self) -> Iterator[Entry]:
        """Yield all files of the container."""
        package, archive = self.book.package, self.archive
        yield Entry("mimetype", "application/epub+zip", stored=True)
        yield Entry("META-INF/container.xml", _CONTAINER.format(path=escape(package.path)))
        if _APPLE in archive.names:
            yield Entry(_APPLE, archive.read(_APPLE))
        yield self._add(f"{self.folder}/voice.css", "text/css", active_style())
        yield from self._pages()
        yield from self._own_pages()
        yield from self._sound_files()
        if not self.book.modern:
            yield self._navigation()
        kept = rewrite(self.edition, package, tuple(self.additions), self.overlays, self.book.forms, archive.find)
        yield from self._other_files(kept)
        yield Entry(package.path, _serialized(package.root))

    def _add(self, name: str, media_type: str, content: str | bytes | Path, **facts: str) -> Entry:
        identifier = f"{self.prefix}{len(self.additions)}"
        self.additions.append(Addition(identifier, name, media_type, **facts))
        return Entry(name, content, stored=isinstance(content, Path))

    def _pages(self) -> Iterator[Entry]:
        """Yield every page of the source, with spans and an overlay where it is read."""
        numbers = {item.id: number for number, item in enumerate(self.book.pages)}
        in_order = sorted(self.heard, key=_page_of)
        by_page = {number: tuple(group) for number, group in itertools.groupby(in_order, _page_of)}
        texts = (each for each in self.book.package.items if each.media_type in {PAGE, PICTURE} and each.href)
        for item in dict.fromkeys(texts):
            root = parsed(self.archive, item, modern=self.book.modern)
            heard = by_page.get(numbers.get(item.id, -1), ())
            clips = self._spoken_page(root, item, heard) if heard else ()
            yield Entry(item.href, _serialized(root, "<!DOCTYPE html>" if item.media_type == PAGE else None))
            if clips:
                yield self._overlay(item.id, item.href, clips)

    def _overlay(self, page: str, href: str, clips: tuple[Clip, ...]) -> Entry:
        name = f"{self.folder}/{len(self.additions):04d}.smil"
        self.overlays[page] = f"{self.prefix}{len(self.additions)}", sum(clip.end_ms - clip.begin_ms for clip in clips)
        return self._add(name, "application/smil+xml", smil(escape(address(name, href)), clips))

    def _spoken_page(self, root: Element, item: Item, heard: tuple[_Heard, ...]) -> tuple[Clip, ...]:
        """Put spans around what is heard of a page, and return when each is heard."""
        page = read_page(root.find(f"{{{XHTML}}}body"))
        cuts = [(each, runs(page, *self._bounds(page, heard, number))) for number, each in enumerate(heard)]
        clips: list[Clip] = []
        named: list[tuple[Run, str]] = []
        for each, found in cuts:
            sound = f"{self._sound(each.piece.track)}.mp3"
            for share, run in enumerate(found):
                identifier = f"{self.prefix}s{len(named)}"
                named.append((run, identifier))
                length = each.end_ms - each.begin_ms
                begin, end = (each.begin_ms + length * part // len(found) for part in (share, share + 1))
                if begin < end:
                    clips.append(Clip(identifier, sound, begin, end))
        for run, identifier in reversed(named):
            wrap(run, identifier)
        link = {"rel": "stylesheet", "type": "text/css", "href": address(item.href, f"{self.folder}/voice.css")}
        head = root.find(f"{{{XHTML}}}head")
        head.append(head.makeelement(f"{{{XHTML}}}link", link))
        return tuple(clips)

    def _bounds(self, page: PageText, heard: tuple[_Heard, ...], number: int) -> tuple[int, int]:
        """Return a piece's first character and one past its last, with the marks of punctuation that are its own."""
        piece = heard[number].piece
        text = one_line(self.edition.audiobook.tracks[piece.track].marks[piece.mark].text)
        floor = heard[number - 1].piece.past if number else 0
        ceiling = heard[number + 1].piece.first if number + 1 < len(heard) else len(page.text)
        first, past = piece.first, piece.past
        lead = next((at for at, char in enumerate(text) if char.isalnum()), 0)
        trail = next((at for at, char in enumerate(reversed(text)) if char.isalnum()), 0)
        while lead and first > floor and _is_mark(page.text[first - 1]):
            first, lead = first - 1, lead - 1
        while past < ceiling and (unicodedata.combining(page.text[past]) or (trail and _is_mark(page.text[past]))):
            past, trail = past + 1, trail - 1
        return first, past

    def _own_pages(self) -> Iterator[Entry]:
        """Yield a page for every track of which nothing stands in the source: credits, above all."""
        tracks = self.edition.audiobook.tracks
        printed = {each.piece.track: self.book.pages[each.piece.page].id for each in self.heard}
        following = {each.piece.track: self.book.pages[each.piece.page].id for each in reversed(self.heard)}
        place = ""
        for number, track in enumerate(tracks):
            if number in printed:
                place = printed[number]
                continue
            name = f"{self.folder}/{number + 1:04d}.xhtml"
            marks = shown(track)
            if not marks:
                continue
            overlay = f"{self.prefix}{len(self.additions) + 1}"
            before = "" if place else next(following[at] for at in sorted(following) if at > number)
            page = f"{self.prefix}{len(self.additions)}"
            text = _own_page(self.edition, track, self.prefix)
            yield self._add(name, PAGE, text, overlay=overlay, before=before, after=place)
            place = page if place else ""
            sound, pairs = f"{self._sound(number)}.mp3", enumerate(itertools.pairwise(_edges(track, marks)))
            clips = tuple(Clip(f"{self.prefix}s{at}", sound, *pair) for at, pair in pairs if pair[0] < pair[1])
            yield self._overlay(page, name, clips)

    def _sound(self, track: int) -> str:
        return f"{track + 1:04d}"

    def _sound_files(self) -> Iterator[Entry]:
        for number, sound in enumerate(self.sounds):
            yield self._add(f"{self.folder}/{self._sound(number)}.mp3", "audio/mpeg", sound)

    def _navigation(self) -> Entry:
        """Make the contents that EPUB 3 asks for."""
        ncx = self.book.package.ncx
        entries = read_ncx(parse_xml(self.archive.read(ncx), ncx), ncx)
        if not entries:
            raise UnfitError("its table of contents is empty")
        name, metadata = f"{self.folder}/nav.xhtml", self.edition.metadata
        text = navigation(entries, name, one_line(metadata.title), metadata.language or "en")
        return self._add(name, PAGE, text, properties="nav")

    def _other_files(self, kept: frozenset[str]) -> Iterator[Entry]:
        """Yield pictures, fonts and styles as they are, and what only the metadata link to."""
        fonts = dict(self.book.fonts)
        done = {item.href for item in self.book.package.items if item.media_type in {PAGE, PICTURE}}
        for item in self.book.package.items:
            if item.id not in kept or not item.href or item.href in done:
                continue
            done.add(item.href)
            data = self.archive.read(item.href)
            if item.href in fonts:
                data = unscrambled(data, fonts[item.href], self.book.package)
            yield Entry(item.href, data, stored=item.media_type.startswith(("image/", "audio/", "video/")))
        for name in dict.fromkeys(linked(self.book.package)):
            if name not in done:
                yield Entry(name, self.archive.read(name))


def write_source_epub(edition: Edition, source: Path) -> tuple[Path, tuple[str, ...]]:
    """Write ``<slug>.epub`` with the pages of ``source``; return it and what is to be said of it.

    Raises:
        UnfitError: the pages cannot be kept; nothing was written.
        SourceError: the source cannot be read.
        ToolError: encoding failed.
        OutputError: the file could not be written.
    """
    final = contained(edition.folder, f"{edition.slug}.epub")
    tracks = edition.audiobook.tracks
    with open_archive(source) as archive:
        book = read_source_book(archive)
        pieces, marks, found = find_marks(book, tracks)
    with open_archive(source) as archive, scratch(edition) as folder:
        sounds = tuple(folder / f"{number:04d}.mp3" for number in range(1, len(tracks) + 1))
        write_mp3_files(edition, sounds)
        base = posixpath.dirname(book.package.path)
        names = _unused(_FOLDER, (posixpath.relpath(name, base or ".").partition("/")[0] for name in archive.names))
        prefix = _unused("voice", _identifiers(archive, book))
        timed = tuple(_timed(tracks, pieces))
        binder = _Binder(edition, book, archive, sounds, posixpath.join(base, names), prefix, timed)
        write_zip(final, binder.entries())
    notes = (f"{marks - found} of {marks} sentences do not stand in the book's own pages",) if found < marks else ()
    return final, notes


def _identifiers(archive: Archive, book: SourceBook) -> Iterator[str]:
    """Yield every identifier of package and pages."""
    roots = itertools.chain((book.package.root,), (parsed(archive, item, modern=book.modern) for item in book.pages))
    for root in roots:
        yield from (element.get("id") for element in root.iter() if isinstance(element.tag, str) and element.get("id"))


def _unused(wanted: str, taken: Iterator[str]) -> str:
    """Return ``wanted``, with an x at its end as often as needed for no name to begin with it."""
    names = {name.lower() for name in taken if name.lower().startswith(wanted)}
    while any(name.startswith(wanted) for name in names):
        wanted += "x"
    return wanted


def _timed(tracks: tuple[Track, ...], pieces: tuple[Piece, ...]) -> Iterator[_Heard]:
    """Give every piece its time. Times touch: what is heard between two pieces belongs to the first of them."""
    for number, group in itertools.groupby(pieces, key=lambda piece: piece.track):
        track = tracks[number]
        heard = [tuple(each) for _, each in itertools.groupby(group, key=lambda piece: piece.mark)]
        edges = _edges(track, tuple(track.marks[each[0].mark] for each in heard))
        for each, (begin, end) in zip(heard, itertools.pairwise(edges), strict=True):
            size = sum(piece.past - piece.first for piece in each)
            at = 0
            for piece in each:
                start, at = at, at + piece.past - piece.first
                yield _Heard(piece, begin + (end - begin) * start // size, begin + (end - begin) * at // size)


def _edges(track: Track, marks: tuple[Mark, ...]) -> list[int]:
    """Return where each mark begins, in milliseconds, the first at the start of its track, and the track's end."""
    length = frames_to_ms(track.frames, track.sample_rate)
    return [0, *(frames_to_ms(mark.start, track.sample_rate) for mark in marks[1:]), length]


def _page_of(heard: _Heard) -> int:
    return heard.piece.page


def _is_mark(char: str) -> bool:
    return not (char.isspace() or char.isalnum())


def _own_page(edition: Edition, track: Track, prefix: str) -> str:
    """Write a page with the words of a track that has none in the source."""
    marks, title = shown(track), escape(chapter_title(track))
    lines = []
    for group in arrange(track):
        words = " ".join(
            f'<span id="{prefix}s{at}">{escape(one_line(marks[at].text), quote=False)}</span>' for at in group.marks
        )
        if group.kind == "title":
            lines.append(f"<h1>{words or title}</h1>")
        else:
            lines.append(f"<p>{words}</p>" if words else "<hr/>")
    return _OWN_PAGE.format(language=escape(edition.metadata.language or "en"), title=title, body="\n".join(lines))


def _serialized(root: Element, doctype: str | None = None) -> bytes:
    data: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True, doctype=doctype)
    return data
