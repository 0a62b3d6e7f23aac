"""EPUB 3 with media overlays: the text lights up sentence by sentence as it is read aloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path

from audiobook.audio import Mark, Package, Track, frames_to_ms
from audiobook.errors import SourceError
from audiobook.names import contained, one_line
from audiobook.publish.archive import Entry, write_zip
from audiobook.publish.chapters import chapter_title, scratch
from audiobook.publish.covers import cover_jpeg
from audiobook.publish.edition import Edition
from audiobook.publish.mp3 import write_mp3_files
from audiobook.publish.overlay import ACTIVE, Clip, active_style, clock, smil
from audiobook.publish.paragraphs import arrange, shown, worded
from audiobook.publish.sortnames import sort_person, sort_title
from audiobook.publish.sourcebook import UnfitError
from audiobook.publish.sourcepages import write_source_epub

__all__ = ["write_epub"]

_RIGHT_TO_LEFT = frozenset({"ar", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"})
_CONTAINER = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">\n'
    '<rootfiles><rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/></rootfiles>\n'
    "</container>\n"
)
_STYLE = (
    "body { margin: 5%; line-height: 1.5; }\nh1 { text-align: center; margin: 2em 0; }\n"
    "p { margin: 0; text-indent: 1.2em; }\nh1 + p, h2 + p, hr + p { text-indent: 0; }\n"
    "hr { border: 0; margin: 1.5em 0; text-align: center; }\nhr::after { content: '* * *'; }\n"
    f"{active_style()}"
)
_XHTML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml" '
    'xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" xml:lang="{language}"{direction}>\n<head>\n'
    '<meta charset="utf-8"/>\n<title>{title}</title>\n<link rel="stylesheet" type="text/css" href="{style}"/>\n'
    "</head>\n<body>\n{body}\n</body>\n</html>\n"
)


@dataclass(frozen=True, slots=True)
class _Piece:
    """One mark in its place."""

    mark: Mark
    identifier: str
    clip: tuple[int, int]
    """Milliseconds within the chapter's file. Clips touch: the pause after a sentence belongs to it, for some
    readers jump over gaps."""


@dataclass(frozen=True, slots=True)
class _Chapter:
    track: Track
    name: str
    """Of its files, without suffix."""
    pieces: tuple[_Piece, ...]
    length_ms: int


def write_epub(edition: Edition) -> Package:
    """Write ``<slug>.epub``: the text that is read, one MP3 a chapter, and the times that join them.

    A source that is an EPUB keeps its own pages where they can be kept; else pages are made of what is heard.

    Raises:
        ToolError: encoding failed.
        OutputError: the file could not be written.
    """
    notes: tuple[str, ...] = ()
    if edition.audiobook.source:
        try:
            final, notes = write_source_epub(edition, edition.audiobook.source)
        except UnfitError as error:
            notes = (f"the book's own pages could not be kept: {error}",)
        except SourceError as error:
            notes = (f"the book's own pages could not be kept: {error.message}",)
        else:
            return Package("epub", (final,), notes)
    final = contained(edition.folder, f"{edition.slug}.epub")
    chapters = tuple(_chapter(number, track) for number, track in enumerate(edition.audiobook.tracks, 1))
    with scratch(edition) as folder:
        sounds = tuple(folder / f"{chapter.name}.mp3" for chapter in chapters)
        write_mp3_files(edition, sounds)
        write_zip(final, _entries(edition, chapters, sounds))
    return Package("epub", (final,), notes)


def _entries(edition: Edition, chapters: tuple[_Chapter, ...], sounds: tuple[Path, ...]) -> Iterator[Entry]:
    yield Entry("mimetype", "application/epub+zip", stored=True)
    yield Entry("META-INF/container.xml", _CONTAINER)
    yield Entry("EPUB/package.opf", _package(edition, chapters))
    yield Entry("EPUB/nav.xhtml", _navigation(edition, chapters))
    yield Entry("EPUB/style.css", _STYLE)
    yield Entry("EPUB/cover.jpg", cover_jpeg(edition), stored=True)
    for chapter, sound in zip(chapters, sounds, strict=True):
        yield Entry(f"EPUB/text/{chapter.name}.xhtml", _page(edition, chapter))
        if chapter.pieces:
            yield Entry(f"EPUB/smil/{chapter.name}.smil", _overlay(chapter))
            yield Entry(f"EPUB/audio/{chapter.name}.mp3", sound, stored=True)


def _chapter(number: int, track: Track) -> _Chapter:
    length = frames_to_ms(track.frames, track.sample_rate)
    marks = shown(track)
    starts = [0, *(frames_to_ms(mark.start, track.sample_rate) for mark in marks[1:])]
    edges = [*starts, length]
    pieces = tuple(_Piece(mark, f"s{index:05d}", (edges[index], edges[index + 1])) for index, mark in enumerate(marks))
    return _Chapter(track, f"chapter-{number:04d}", pieces, length)


def _page(edition: Edition, chapter: _Chapter) -> str:
    title = chapter_title(chapter.track)
    body = ['<section epub:type="chapter" role="doc-chapter" aria-labelledby="title">']
    for group in arrange(chapter.track):
        words = _spans(chapter.pieces[group.marks.start : group.marks.stop])
        if group.kind == "title":
            body.append(f'<h1 id="title">{words or escape(title)}</h1>')
        elif group.kind == "break":
            body.append("<hr/>")
        else:
            tag = "p" if group.kind == "paragraph" else "h2"
            body.append(f"<{tag}>{words}</{tag}>")
    body.append("</section>")
    return _xhtml(edition, title, "../style.css", "\n".join(body))


def _spans(pieces: tuple[_Piece, ...]) -> str:
    return " ".join(
        f'<span id="{piece.identifier}">{worded(piece.mark, "lang", "xml:lang")}</span>' for piece in pieces
    )


def _overlay(chapter: _Chapter) -> str:
    sound = f"../audio/{chapter.name}.mp3"
    return smil(
        f"../text/{chapter.name}.xhtml", (Clip(piece.identifier, sound, *piece.clip) for piece in chapter.pieces)
    )


def _navigation(edition: Edition, chapters: tuple[_Chapter, ...]) -> str:
    items = "\n".join(
        f'<li><a href="text/{chapter.name}.xhtml">{escape(chapter_title(chapter.track))}</a></li>'
        for chapter in chapters
    )
    body = (
        f'<nav epub:type="toc" role="doc-toc" aria-labelledby="contents">\n<h1 id="contents">'
        f"{escape(one_line(edition.metadata.title))}</h1>\n<ol>\n{items}\n</ol>\n</nav>\n"
        '<nav epub:type="landmarks" hidden="hidden">\n<ol>\n'
        f'<li><a epub:type="bodymatter" href="text/{chapters[0].name}.xhtml">{escape(chapter_title(chapters[0].track))}'
        "</a></li>\n</ol>\n</nav>"
    )
    return _xhtml(edition, one_line(edition.metadata.title), "style.css", body)


def _xhtml(edition: Edition, title: str, style: str, body: str) -> str:
    language = edition.metadata.language or "en"
    direction = ' dir="rtl"' if _leftward(edition) else ""
    return _XHTML.format(language=escape(language), direction=direction, title=escape(title), style=style, body=body)


def _package(edition: Edition, chapters: tuple[_Chapter, ...]) -> str:
    manifest = [
        '<item id="nav" href="nav.xhtml" media-type="application/xhtml+xml" properties="nav"/>',
        '<item id="style" href="style.css" media-type="text/css"/>',
        '<item id="cover" href="cover.jpg" media-type="image/jpeg" properties="cover-image"/>',
    ]
    for chapter in chapters:
        name = chapter.name
        overlay = f' media-overlay="smil-{name}"' if chapter.pieces else ""
        manifest.append(f'<item id="{name}" href="text/{name}.xhtml" media-type="application/xhtml+xml"{overlay}/>')
        if chapter.pieces:
            manifest += [
                f'<item id="smil-{name}" href="smil/{name}.smil" media-type="application/smil+xml"/>',
                f'<item id="audio-{name}" href="audio/{name}.mp3" media-type="audio/mpeg"/>',
            ]
    spine = "\n".join(f'<itemref idref="{chapter.name}"/>' for chapter in chapters)
    direction = ' page-progression-direction="rtl"' if _leftward(edition) else ""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        f'unique-identifier="id" xml:lang="{escape(edition.metadata.language or "en")}">\n'
        '<metadata xmlns:dc="http://purl.org/dc/elements/1.1/">\n'
        + "\n".join((*_described(edition), *_timed(edition, chapters)))
        + "\n</metadata>\n<manifest>\n"
        + "\n".join(manifest)
        + f"\n</manifest>\n<spine{direction}>\n{spine}\n</spine>\n</package>\n"
    )


def _described(edition: Edition) -> Iterator[str]:
    metadata = edition.metadata
    yield f'<dc:identifier id="id">{escape(edition.identifier)}</dc:identifier>'
    yield f"<dc:language>{escape(metadata.language or 'en')}</dc:language>"
    yield f'<dc:title id="title">{escape(one_line(metadata.title))}</dc:title>'
    if (filed := sort_title(metadata.title, metadata.language)) != one_line(metadata.title):
        yield f'<meta refines="#title" property="file-as">{escape(filed)}</meta>'
    for number, author in enumerate(edition.authors):
        yield f'<dc:creator id="author{number}">{escape(one_line(author))}</dc:creator>'
        yield f'<meta refines="#author{number}" property="role" scheme="marc:relators">aut</meta>'
        yield f'<meta refines="#author{number}" property="file-as">{escape(sort_person(author))}</meta>'
    about = one_line(f"{metadata.description} {edition.notice}")
    year = metadata.year if len(metadata.year) == 4 and metadata.year.isdecimal() else ""
    facts = {"publisher": metadata.publisher, "date": year, "description": about, "rights": metadata.rights}
    yield from (f"<dc:{name}>{escape(one_line(text))}</dc:{name}>" for name, text in facts.items() if one_line(text))
    yield f'<meta property="dcterms:modified">{edition.modified:%Y-%m-%dT%H:%M:%SZ}</meta>'
    if metadata.series:
        yield f'<meta property="belongs-to-collection" id="series">{escape(one_line(metadata.series))}</meta>'
        yield '<meta refines="#series" property="collection-type">series</meta>'
        if metadata.series_part:
            yield f'<meta refines="#series" property="group-position">{escape(one_line(metadata.series_part))}</meta>'


def _timed(edition: Edition, chapters: tuple[_Chapter, ...]) -> Iterator[str]:
    total = 0
    for chapter in chapters:
        if chapter.pieces:
            total += chapter.length_ms
            yield f'<meta property="media:duration" refines="#smil-{chapter.name}">{clock(chapter.length_ms)}</meta>'
    if total:
        yield f'<meta property="media:duration">{clock(total)}</meta>'
        yield f'<meta property="media:narrator">{escape(one_line(edition.metadata.narrator))}</meta>'
        yield f'<meta property="media:active-class">{ACTIVE}</meta>'
    facts = (
        ("accessMode", "textual"), ("accessMode", "auditory"),
        ("accessModeSufficient", "textual"), ("accessModeSufficient", "auditory"),
        ("accessibilityFeature", "synchronizedAudioText"), ("accessibilityFeature", "tableOfContents"),
        ("accessibilityFeature", "readingOrder"), ("accessibilityFeature", "structuralNavigation"),
        ("accessibilityHazard", "noFlashingHazard"), ("accessibilityHazard", "noMotionSimulationHazard"),
        ("accessibilityHazard", "noSoundHazard"),
        ("accessibilitySummary", "The whole text, read aloud in step with it."),
    )  # fmt: skip
    yield from (f'<meta property="schema:{name}">{value}</meta>' for name, value in facts)


def _leftward(edition: Edition) -> bool:
    return edition.metadata.language.partition("-")[0].lower() in _RIGHT_TO_LEFT
