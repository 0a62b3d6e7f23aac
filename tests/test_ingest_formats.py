# ruff: noqa: E501 - markup is easier to read on one line
"""HTML, DOCX, ODT, FB2 and PDF: chapters, notes, facts and the ledger."""

from __future__ import annotations

import base64
from collections.abc import Callable
from pathlib import Path

import pytest
from epub_maker import make_zip
from pdf_maker import make_pdf

from audiobook.book import Book
from audiobook.errors import SourceError
from audiobook.ingest import read_book
from audiobook.settings import IngestSettings

Read = Callable[..., Book]
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
ODT = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{space}:1.0"'
    for name, space in (
        ("office", "office"), ("text", "text"), ("style", "style"), ("fo", "xsl-fo-compatible"), ("table", "table"),
        ("meta", "meta"),
    )
)  # fmt: skip


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def inner(name: str, data: bytes | str, **settings: str) -> Book:
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        book = read_book(path, IngestSettings(**settings))  # type: ignore[arg-type]
        assert book.imbalance() == {}
        return book

    return inner


def outline(book: Book) -> list[tuple[str, list[str]]]:
    return [(chapter.title, [paragraph.text for paragraph in chapter.paragraphs]) for chapter in book.chapters]


def reasons(book: Book) -> set[str]:
    return {exclusion.reason for exclusion in book.exclusions}


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def para(content: str, style: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{content}</w:p>'


def docx(body: str, **parts: str) -> bytes:
    styles = "".join(
        f'<w:style w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in (("H1", "heading 1"), ("H2", "heading 2"), ("T", "Title"), ("Toc", "toc 1"))
    )
    return make_zip(
        {
            "word/document.xml": f"<w:document {WORD}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": f"<w:styles {WORD}>{styles}</w:styles>",
            **{f"word/{name}.xml": text for name, text in parts.items()},
        }
    )


class TestHtml:
    def test_headings_make_chapters_and_the_head_gives_facts(self, read: Read) -> None:
        book = read(
            "a.html",
            '<!doctype html><html lang="en-GB"><head><title>The Lamp</title><meta name="author" content="Ann Lee"></head>'
            "<body><h1>The Lamp</h1><h2>Dusk</h2><p>one<h2>Dawn</h2><p>two</body></html>",
        )
        assert outline(book) == [("Dusk", ["one"]), ("Dawn", ["two"])]
        assert (book.metadata.title, book.metadata.author, book.metadata.language) == ("The Lamp", "Ann Lee", "en-GB")

    def test_scripts_are_no_text_and_tag_soup_is_mended(self, read: Read) -> None:
        book = read("a.html", "<h1>Dusk</h1><script>if (a < b) {}</script><p>He <b>slept.<p>Then he woke.")
        assert outline(book) == [("Dusk", ["He slept.", "Then he woke."])]

    def test_notes_of_one_page_are_found(self, read: Read) -> None:
        book = read(
            "a.html",
            '<h1>Dusk</h1><p>A lamp.<sup><a id="r1" href="#n1">1</a></sup></p><p id="n1"><a href="#r1">1</a> Of oil.</p>',
        )
        assert outline(book) == [("Dusk", ["A lamp."])]
        assert reasons(book) == {"note", "note-reference"}


class TestDocx:
    BODY = (
        para(run("The Lamp"), "T") + para(run("Dusk"), "H1")
        + para(run("It was ") + run("dark", "<w:i/>") + run(".") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
        + para(run("Dawn"), "H1") + para(run("Light."))
    )  # fmt: skip
    NOTES = f'<w:footnotes {WORD}><w:footnote w:id="2">{para(run("Of the moon."))}</w:footnote></w:footnotes>'

    def test_headings_and_emphasis_are_kept_and_notes_left_out(self, read: Read) -> None:
        book = read("a.docx", docx(self.BODY, footnotes=self.NOTES))
        assert outline(book) == [("Dusk", ["It was dark."]), ("Dawn", ["Light."])]
        assert [(m.kind, m.start, m.end) for m in book.chapters[0].paragraphs[0].markup] == [("emphasis", 7, 11)]
        assert reasons(book) == {"note", "note-reference", "title"}
        assert book.metadata.title == "The Lamp"

    def test_notes_are_read_inline(self, read: Read) -> None:
        book = read("a.docx", docx(self.BODY, footnotes=self.NOTES), notes="inline")
        assert outline(book)[0] == ("Dusk", ["It was dark.", "Of the moon."])

    def test_deleted_text_is_no_text_and_inserted_text_is(self, read: Read) -> None:
        body = para(
            "<w:del><w:r><w:delText>old</w:delText></w:r></w:del><w:ins>" + run("new") + "</w:ins>" + run(" words")
        )
        assert outline(read("a.docx", docx(para(run("Dusk"), "H1") + body))) == [("Dusk", ["new words"])]

    def test_the_generated_contents_are_left_out(self, read: Read) -> None:
        book = read("a.docx", docx(para(run("Dusk 1"), "Toc") + para(run("Dusk"), "H1") + para(run("one"))))
        assert outline(book) == [("Dusk", ["one"])]
        assert reasons(book) == {"contents"}

    def test_the_new_version_of_a_text_box_counts(self, read: Read) -> None:
        space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
        box = f"<w:txbxContent>{para(run('boxed'))}</w:txbxContent>"
        body = para(
            run("text") + f"<w:r><mc:AlternateContent {space}><mc:Choice><w:drawing>{box}</w:drawing></mc:Choice>"
            f"<mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
        )
        assert outline(read("a.docx", docx(para(run("Dusk"), "H1") + body))) == [("Dusk", ["text", "boxed"])]

    def test_a_repeated_row_is_a_tables_header(self, read: Read) -> None:
        def cells(*texts: str) -> str:
            return "".join(f"<w:tc>{para(run(text))}</w:tc>" for text in texts)

        table = f"<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>{cells('Day', 'Sky', 'Wind')}</w:tr><w:tr>{cells('Monday', 'grey', 'west')}</w:tr></w:tbl>"
        paragraph = read("a.docx", docx(para(run("Dusk"), "H1") + table)).chapters[0].paragraphs[1]
        assert [mark.value for mark in paragraph.markup] == ["Day: Monday", "Sky: grey", "Wind: west"]


class TestOdt:
    def content(self, body: str) -> bytes:
        styles = '<style:style style:name="I"><style:text-properties fo:font-style="italic"/></style:style>'
        xml = (
            f"<office:document-content {ODT}><office:automatic-styles>{styles}</office:automatic-styles><office:body>"
            f"<office:text>{body}</office:text></office:body></office:document-content>"
        )
        meta = (
            f'<office:document-meta {ODT} xmlns:dc="http://purl.org/dc/elements/1.1/"><office:meta><dc:title>The Lamp</dc:title>'
            "<meta:initial-creator>Ann Lee</meta:initial-creator><dc:language>en-GB</dc:language></office:meta></office:document-meta>"
        )
        kind = "application/vnd.oasis.opendocument.text"
        return make_zip({"mimetype": kind, "content.xml": xml, "meta.xml": meta, "Thumbnails/thumbnail.png": PNG})

    def test_chapters_notes_emphasis_and_facts(self, read: Read) -> None:
        body = (
            '<text:tracked-changes>gone</text:tracked-changes><text:h text:outline-level="1">Dusk</text:h>'
            '<text:p>It was <text:span text:style-name="I">very</text:span> late<text:note><text:note-citation>1'
            "</text:note-citation><text:note-body><text:p>By the clock.</text:p></text:note-body></text:note>.</text:p>"
            '<text:h text:outline-level="1">Dawn</text:h><text:list><text:list-item><text:p>bread</text:p></text:list-item></text:list>'
        )
        book = read("a.odt", self.content(body))
        assert outline(book) == [("Dusk", ["It was very late."]), ("Dawn", ["bread"])]
        assert book.chapters[1].paragraphs[0].kind == "list"
        assert [(m.kind, m.start, m.end) for m in book.chapters[0].paragraphs[0].markup] == [("emphasis", 7, 11)]
        assert (book.metadata.title, book.metadata.author, book.metadata.language) == ("The Lamp", "Ann Lee", "en-GB")
        assert book.cover is not None

    def test_the_generated_contents_are_left_out(self, read: Read) -> None:
        body = (
            "<text:table-of-content><text:index-body><text:p>Dusk 1</text:p></text:index-body></text:table-of-content>"
            '<text:h text:outline-level="1">Dusk</text:h><text:p>one</text:p>'
        )
        assert reasons(read("a.odt", self.content(body))) == {"contents"}


class TestFb2:
    BOOK = (
        '<FictionBook xmlns="http://www.gribuser.ru/xml/fictionbook/2.0" xmlns:l="http://www.w3.org/1999/xlink"><description>'
        "<title-info><genre>sea</genre><author><first-name>Ann</first-name><last-name>Lee</last-name></author>"
        '<book-title>The Lamp</book-title><lang>en</lang><coverpage><image l:href="#c"/></coverpage>'
        '<sequence name="Lights" number="2"/></title-info><publish-info><year>1999</year><isbn>1</isbn></publish-info></description>'
        "<body><section><title><p>Part One</p></title><section><title><p>Chapter 1</p><p>Dusk</p></title>"
        '<p>It was <emphasis>very</emphasis> late<a l:href="#n1" type="note">[1]</a>.</p>'
        "<poem><stanza><v>one</v><v>two</v></stanza></poem></section>"
        "<section><title><p>Chapter 2</p></title><p>Day.</p><empty-line/><p>Noon.</p></section></section></body>"
        '<body name="notes"><title><p>Notes</p></title><section id="n1"><title><p>1</p></title><p>By the clock.</p></section></body>'
        f'<binary id="c" content-type="image/png">{base64.b64encode(PNG).decode()}</binary></FictionBook>'
    )

    def test_parts_chapters_verse_notes_and_facts(self, read: Read) -> None:
        book = read("a.fb2", self.BOOK)
        assert outline(book)[0] == ("Chapter 1: Dusk", ["It was very late.", "one\ntwo"])
        assert [chapter.part for chapter in book.chapters] == ["Part One", "Part One"]
        assert reasons(book) == {"note", "note-reference"}
        facts = book.metadata
        assert (facts.title, facts.author, facts.series, facts.series_part, facts.year) == (
            "The Lamp",
            "Ann Lee",
            "Lights",
            "2",
            "1999",
        )
        assert book.cover is not None
        assert book.cover.data == PNG

    def test_notes_come_inline(self, read: Read) -> None:
        assert "By the clock." in outline(read("a.fb2", self.BOOK, notes="inline"))[0][1]

    def test_a_zipped_book_is_the_same_book(self, read: Read) -> None:
        assert read("a.fb2.zip", make_zip({"a.fb2": self.BOOK})) == read("a.fb2", self.BOOK)


class TestPdf:
    def pages(self) -> list[list[tuple[float, float, float, str]]]:
        words = ["keeper", "window", "harbour", "morning", "evening", "captain"]
        result = []
        for number, word in enumerate(words, 1):
            lines: list[tuple[float, float, float, str]] = [(150, 580, 9, "THE LAMP")]
            top = 540.0
            if number in {1, 4}:
                lines.append((50, 540, 16, f"Chapter {1 + number // 4}"))
                top = 500.0
            text = [
                f"The {word} went up the stairs of the tower to the won-",
                "derful room at the top, and sat there with the lamp and",
                f"thought of the {word} and of all the ships.",
            ]
            lines += [(62 if n == 0 else 50, top - 14 * n, 11, line) for n, line in enumerate(text)]
            lines.append((200, 20, 9, str(number)))
            result.append(lines)
        return result

    def test_page_furniture_goes_words_are_joined_and_big_type_makes_chapters(self, read: Read) -> None:
        book = read("a.pdf", make_pdf(self.pages(), info={"Title": "The Lamp", "Author": "Ann Lee"}))
        assert [chapter.title for chapter in book.chapters] == ["Chapter 1", "Chapter 2"]
        assert book.chapters[0].paragraphs[0].text == (
            "The keeper went up the stairs of the tower to the wonderful room at the top, and sat there with the lamp and "
            "thought of the keeper and of all the ships."
        )
        assert len(book.chapters[0].paragraphs) == 3
        assert reasons(book) == {"running-head", "page-number"}
        assert (book.metadata.title, book.metadata.author, book.metadata.language) == ("The Lamp", "Ann Lee", "en-GB")

    def test_the_outline_makes_the_chapters(self, read: Read) -> None:
        book = read(
            "a.pdf", make_pdf(self.pages(), outline=[("Opening", 0, 590), ("Chapter 1", 0, 560), ("Chapter 2", 3, 560)])
        )
        assert book.toc == ("Opening", "Chapter 1", "Chapter 2")
        assert [chapter.title for chapter in book.chapters] == ["Chapter 1", "Chapter 2"]

    def test_a_file_that_is_no_pdf_inside_is_refused(self, tmp_path: Path) -> None:
        path = tmp_path / "a.pdf"
        path.write_bytes(b"%PDF-1.7\nnothing")
        with pytest.raises(SourceError):
            read_book(path, IngestSettings())
