"""A shelf of small books of every format, some of them broken on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from epub_maker import make_epub, make_zip, nav, page
from pdf_maker import make_pdf

FRONT = "This recording is one of a series. All voices are made by a machine."
"""The same words in front of every book."""
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
PLACES = ("harbour", "orchard", "station", "quarry", "library", "mill", "garden", "tower")
BROKEN = ("damaged", "empty", "wrong")


def paragraphs(place: str, chapter: int) -> list[str]:
    """Two paragraphs that no other chapter of any book has."""
    number = ("first", "second", "third")[chapter]
    return [
        f"On the {number} day the people of the {place} lit a lamp and waited for the boats to come home.",
        f"“Is that the light of the {place}?” asked Ada. “It is the {number} that I have seen.”",
    ]


def body(place: str) -> list[tuple[str, list[str]]]:
    """Chapters of a book; the first begins with words that all books share."""
    return [
        ("Chapter 1", [FRONT, *paragraphs(place, 0)]),
        ("Chapter 2", paragraphs(place, 1)),
    ]


def make_shelf(folder: Path) -> None:
    """Write eight good books, one of each format, and three that cannot be made."""
    books: Mapping[str, bytes] = {
        "harbour.txt": _text("harbour").encode(),
        "orchard.md": _markdown("orchard").encode(),
        "station.html": _html("station").encode(),
        "deep/quarry.epub": _epub("quarry"),
        "deep/library.docx": _docx("library"),
        "deep/mill.odt": _odt("mill"),
        "garden.fb2": _fb2("garden").encode(),
        "tower.pdf": _pdf("tower"),
        "damaged.epub": _epub("quarry")[:300],
        "empty.txt": b"",
        "wrong.txt": b"\x89PNG\r\n\x1a\n not a book",
        "README.md": b"# About these books\n",
        ".hidden.txt": b"nothing",
    }
    for name, data in books.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _text(place: str) -> str:
    chapters = "\n\n\n".join("\n\n".join([title, *lines]) for title, lines in body(place))
    return f"The {place.title()}\n\n\n{chapters}\n"


def _markdown(place: str) -> str:
    chapters = "\n\n".join("\n\n".join([f"## {title}", *lines]) for title, lines in body(place))
    return f"# The {place.title()}\n\n{chapters}\n"


def _html(place: str) -> str:
    chapters = "".join(f"<h2>{title}</h2>" + "".join(f"<p>{p}</p>" for p in lines) for title, lines in body(place))
    return f"<!doctype html><html lang=en><head><title>The {place.title()}</title></head><body>{chapters}</body></html>"


def _epub(place: str) -> bytes:
    pages = {
        f"c{number}.xhtml": page(f"<h1>{title}</h1>" + "".join(f"<p>{p}</p>" for p in lines), title)
        for number, (title, lines) in enumerate(body(place))
    }
    contents = nav(*((title, f"c{number}.xhtml") for number, (title, _lines) in enumerate(body(place))))
    metadata = f"<dc:title>The {place.title()}</dc:title><dc:creator>Ann Lee</dc:creator><dc:language>en</dc:language>"
    return make_epub(pages, nav=contents, metadata=metadata)


def _docx(place: str) -> bytes:
    text = "".join(
        f'<w:p><w:pPr><w:pStyle w:val="H1"/></w:pPr><w:r><w:t>{title}</w:t></w:r></w:p>'
        + "".join(f"<w:p><w:r><w:t>{p}</w:t></w:r></w:p>" for p in lines)
        for title, lines in body(place)
    )
    styles = '<w:style w:styleId="H1"><w:name w:val="heading 1"/></w:style>'
    return make_zip(
        {
            "word/document.xml": f"<w:document {WORD}><w:body>{text}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {WORD}>{styles}</w:styles>",
        }
    )


def _odt(place: str) -> bytes:
    text = "".join(
        f'<text:h text:outline-level="1">{title}</text:h>' + "".join(f"<text:p>{p}</text:p>" for p in lines)
        for title, lines in body(place)
    )
    content = (
        f"<office:document-content {ODF}><office:body><office:text>{text}"
        "</office:text></office:body></office:document-content>"
    )
    return make_zip({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": content})


def _fb2(place: str) -> str:
    sections = "".join(
        f"<section><title><p>{title}</p></title>" + "".join(f"<p>{p}</p>" for p in lines) + "</section>"
        for title, lines in body(place)
    )
    info = f"<title-info><book-title>The {place.title()}</book-title><lang>en</lang></title-info>"
    return (
        '<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0">'
        f"<description>{info}</description><body>{sections}</body></FictionBook>"
    )


def _pdf(place: str) -> bytes:
    pages = []
    for title, lines in body(place):
        height, rows = 520.0, [(40.0, 560.0, 20.0, title)]
        for paragraph in lines:
            words = paragraph.split()
            for start in range(0, len(words), 9):
                rows.append((40.0 if start else 55.0, height, 11.0, " ".join(words[start : start + 9])))
                height -= 14.0
        pages.append(rows)
    return make_pdf(pages, info={"Title": f"The {place.title()}"})
