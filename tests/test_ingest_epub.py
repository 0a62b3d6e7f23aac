# ruff: noqa: E501 - markup is easier to read on one line
"""EPUB: order, chapters, what is left out by name, markup, metadata and the ledger."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from epub_maker import make_epub, nav, page

from audiobook.book import Book, Markup
from audiobook.ingest.epub import read_epub
from audiobook.settings import IngestSettings

Read = Callable[..., Book]
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
LONG = "The keeper went down to the sea and looked for the boat until the light was gone. " * 60


@pytest.fixture
def read(tmp_path: Path) -> Read:
    def inner(data: bytes, **settings: str) -> Book:
        path = tmp_path / "book.epub"
        path.write_bytes(data)
        book = read_epub(path, IngestSettings(**settings))  # type: ignore[arg-type]
        assert book.imbalance() == {}
        return book

    return inner


def one(body: str, **changes: object) -> bytes:
    """A book of one chapter."""
    return make_epub({"one.xhtml": page(f"<h1>Dusk</h1>{body}")}, nav=nav(("Dusk", "one.xhtml")), **changes)  # type: ignore[arg-type]


def texts(book: Book) -> list[str]:
    return [paragraph.text for chapter in book.chapters for paragraph in chapter.paragraphs]


def reasons(book: Book) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for exclusion in book.exclusions:
        found.setdefault(exclusion.reason, []).append(exclusion.text)
    return found


def titles(book: Book) -> list[str]:
    return [chapter.title for chapter in book.chapters]


def ncx(*points: tuple[str, str]) -> str:
    rows = "".join(
        f'<navPoint><navLabel><text>{label}</text></navLabel><content src="{target}"/></navPoint>'
        for label, target in points
    )
    return f'<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap>{rows}</navMap></ncx>'


class TestOrder:
    def test_the_spine_decides_the_order_and_not_the_list(self, read: Read) -> None:
        pages = {"a.xhtml": page("<h1>Last</h1><p>two</p>"), "b.xhtml": page("<h1>First</h1><p>one</p>")}
        book = read(make_epub(pages, spine='<itemref idref="p1"/><itemref idref="p0"/>'))
        assert titles(book) == ["First", "Last"]

    def test_several_files_make_one_chapter(self, read: Read) -> None:
        pages = {
            "a.xhtml": page("<h1>Dusk</h1><p>one</p>"),
            "b.xhtml": page("<p>two</p>"),
            "c.xhtml": page("<h1>Dawn</h1><p>three</p>"),
        }
        book = read(make_epub(pages, nav=nav(("Dusk", "a.xhtml"), ("Dawn", "c.xhtml"))))
        assert [[p.text for p in chapter.paragraphs] for chapter in book.chapters] == [["one", "two"], ["three"]]

    def test_several_chapters_stand_in_one_file(self, read: Read) -> None:
        body = '<h2 id="c1">Dusk</h2><p>one</p><p>two</p><div id="c2"><h2>Dawn</h2><p>three</p></div>'
        book = read(make_epub({"a.xhtml": page(body)}, nav=nav(("Dusk", "a.xhtml#c1"), ("Dawn", "a.xhtml#c2"))))
        assert titles(book) == ["Dusk", "Dawn"]
        assert texts(book) == ["one", "two", "three"]

    def test_a_page_that_is_named_twice_is_read_once(self, read: Read) -> None:
        book = read(make_epub({"a.xhtml": page("<h1>A</h1><p>one</p>")}, spine='<itemref idref="p0"/>' * 3))
        assert texts(book) == ["one"]

    def test_a_page_beside_the_reading_order_is_left_out_by_name(self, read: Read) -> None:
        pages = {"a.xhtml": page("<h1>A</h1><p>one</p>"), "b.xhtml": page("<p>answers</p>")}
        book = read(make_epub(pages, linear={"b.xhtml": "no"}))
        assert texts(book) == ["one"]
        assert reasons(book)["non-linear"] == ["answers"]

    def test_a_long_listed_page_is_read_although_the_spine_sets_it_aside(self, read: Read) -> None:
        pages = {"a.xhtml": page("<h1>A</h1><p>one</p>"), "b.xhtml": page(f"<h1>B</h1><p>{LONG}</p>")}
        book = read(make_epub(pages, nav=nav(("A", "a.xhtml"), ("B", "b.xhtml")), linear={"b.xhtml": "no"}))
        assert titles(book) == ["A", "B"]

    @pytest.mark.parametrize("href", ["the%20one.xhtml", "THE ONE.XHTML", "./x/../the one.xhtml"])
    def test_odd_addresses_are_found(self, read: Read, href: str) -> None:
        data = make_epub(
            {}, manifest=f'<item id="x" href="{href}" media-type="application/xhtml+xml"/>', spine='<itemref idref="x"/>',
            files={"OPS/the one.xhtml": page("<h1>A</h1><p>one</p>")},
        )  # fmt: skip
        assert texts(read(data)) == ["one"]


class TestChapters:
    def test_epub_2_takes_the_ncx(self, read: Read) -> None:
        pages = {"a.xhtml": page("<p class='t'>Dusk</p><p>one</p>"), "b.xhtml": page("<p class='t'>Dawn</p><p>two</p>")}
        book = read(make_epub(pages, ncx=ncx(("Dusk", "a.xhtml"), ("Dawn", "b.xhtml")), version="2.0"))
        assert (titles(book), book.toc, texts(book)) == (["Dusk", "Dawn"], ("Dusk", "Dawn"), ["one", "two"])

    def test_the_navigation_document_wins_over_the_ncx(self, read: Read) -> None:
        book = read(
            make_epub({"a.xhtml": page("<p>one</p>")}, nav=nav(("New", "a.xhtml")), ncx=ncx(("Old", "a.xhtml")))
        )
        assert book.toc == ("New",)

    def test_without_any_contents_headings_make_the_chapters(self, read: Read) -> None:
        body = "<h1>The Lamp</h1><h2>Chapter 1</h2><p>one</p><h3>Later</h3><p>two</p><h2>Chapter 2</h2><p>three</p>"
        book = read(make_epub({"a.xhtml": page(body)}))
        assert titles(book) == ["Chapter 1", "Chapter 2"]
        assert [p.kind for p in book.chapters[0].paragraphs] == ["prose", "heading", "prose"]

    def test_a_contents_page_that_lumps_chapters_is_helped_by_headings(self, read: Read) -> None:
        body = "".join(f"<h2>Chapter {n}</h2><p>{LONG}</p><p>{LONG}</p>" for n in range(1, 12))
        book = read(make_epub({"a.xhtml": page(body)}, nav=nav(("Text", "a.xhtml"), ("Chapter 1", "a.xhtml"))))
        assert titles(book) == [f"Chapter {n}" for n in range(1, 12)]

    def test_parts_stand_above_their_chapters(self, read: Read) -> None:
        pages = {
            "p.xhtml": page("<h1>Part One</h1>"),
            "a.xhtml": page("<h2>Dusk</h2><p>one</p>"),
            "b.xhtml": page("<h2>Dawn</h2><p>two</p>"),
        }
        tree = page(
            '<nav epub:type="toc"><ol><li><a href="p.xhtml">Part One</a><ol><li><a href="a.xhtml">Dusk</a></li>'
            '<li><a href="b.xhtml">Dawn</a></li></ol></li></ol></nav>'
        )
        book = read(make_epub(pages, nav=tree))
        assert [(c.part, c.part_heading, c.title) for c in book.chapters] == [
            ("Part One", "Part One", "Dusk"),
            ("Part One", "", "Dawn"),
        ]

    def test_sections_below_a_chapter_stay_inside_it(self, read: Read) -> None:
        body = '<h1>Chapter 1</h1><p>one</p><h2 id="s">Stairs</h2><p>two</p>'
        tree = page(
            '<nav epub:type="toc"><ol><li><a href="a.xhtml">Chapter 1</a><ol><li><a href="a.xhtml#s">Stairs</a></li></ol>'
            "</li></ol></nav>"
        )
        book = read(make_epub({"a.xhtml": page(body)}, nav=tree))
        assert titles(book) == ["Chapter 1"]
        assert book.toc == ("Chapter 1", "Stairs")

    def test_number_and_name_of_a_chapter_become_one_title(self, read: Read) -> None:
        book = read(
            make_epub({"a.xhtml": page("<h2>Chapter 1</h2><h3>Dusk</h3><p>x</p>")}, nav=nav(("Chapter 1", "a.xhtml")))
        )
        assert titles(book) == ["Chapter 1: Dusk"]

    def test_a_title_that_only_the_contents_give_is_marked_as_borrowed(self, read: Read) -> None:
        book = read(make_epub({"a.xhtml": page("<p>one</p>")}, nav=nav(("Dusk", "a.xhtml"))))
        assert (book.chapters[0].title, book.chapters[0].titled) == ("Dusk", False)

    def test_the_texts_own_heading_wins_over_a_file_name(self, read: Read) -> None:
        assert titles(
            read(make_epub({"a.xhtml": page("<h1>Dusk</h1><p>one</p>")}, nav=nav(("content 001", "a.xhtml"))))
        ) == ["Dusk"]

    def test_lines_that_say_chapter_are_headings_where_there_are_no_others(self, read: Read) -> None:
        body = f'<p class="x">Chapter 1</p><p>{LONG}</p><p class="x">Chapter 2</p><p>{LONG}</p>'
        assert titles(read(make_epub({"a.xhtml": page(body)}))) == ["Chapter 1", "Chapter 2"]

    def test_documents_with_names_of_their_own_are_chapters_at_last(self, read: Read) -> None:
        pages = {"a.xhtml": page("<p>one</p>", title="Dusk"), "b.xhtml": page("<p>two</p>", title="Dawn")}
        assert titles(read(make_epub(pages))) == ["Dusk", "Dawn"]

    def test_a_flat_list_puts_chapters_under_the_part_before_them(self, read: Read) -> None:
        pages = {
            "p.xhtml": page("<h1>PART ONE</h1>"),
            "a.xhtml": page("<h2>Chapter 1</h2><p>one</p>"),
            "b.xhtml": page("<h2>Afterword</h2><p>two</p>"),
        }
        book = read(
            make_epub(pages, nav=nav(("Part One", "p.xhtml"), ("Chapter 1", "a.xhtml"), ("Afterword", "b.xhtml")))
        )
        assert [(c.part, c.part_heading, c.title) for c in book.chapters] == [
            ("Part One", "PART ONE", "Chapter 1"),
            ("", "", "Afterword"),
        ]

    def test_a_drawing_in_the_reading_order_is_read_by_its_words(self, read: Read) -> None:
        svg = '<svg xmlns="http://www.w3.org/2000/svg"><title>A plan</title><text>North</text><text>South</text></svg>'
        item = '<item id="s" href="s.svg" media-type="image/svg+xml"/>'
        book = read(make_epub({}, manifest=item, files={"OPS/s.svg": svg}, spine='<itemref idref="s"/>'))
        assert texts(book) == ["North", "South"]


class TestLeftOut:
    def test_pages_that_are_not_the_story_are_named(self, read: Read) -> None:
        pages = {
            "title.xhtml": page('<section epub:type="titlepage"><h1>The Lamp</h1><p>Ann Lee</p></section>'),
            "rights.xhtml": page(
                '<section epub:type="copyright-page"><p>Copyright 2020. All rights reserved.</p></section>'
            ),
            "toc.xhtml": page('<h1>Contents</h1><p><a href="a.xhtml">Dusk</a></p><p><a href="a.xhtml">Dawn</a></p>'),
            "a.xhtml": page(f"<h1>Dusk</h1><p>{LONG}</p>"),
            "index.xhtml": page('<section epub:type="index"><h1>Index</h1><p>lamp, 3</p></section>'),
        }
        book = read(make_epub(pages, nav=nav(("Dusk", "a.xhtml"))))
        assert titles(book) == ["Dusk"]
        assert set(reasons(book)) == {"title-page", "copyright", "contents", "index"}

    def test_everything_is_read_when_the_user_wants_it(self, read: Read) -> None:
        pages = {
            "rights.xhtml": page(
                '<section epub:type="copyright-page"><p>Copyright 2020. All rights reserved.</p></section>'
            ),
            "a.xhtml": page("<h1>Dusk</h1><p>one</p>"),
        }
        book = read(make_epub(pages), front_matter="read")
        assert "Copyright 2020. All rights reserved." in texts(book)

    def test_a_title_page_with_a_text_of_its_own_is_read(self, read: Read) -> None:
        words = "For the men who keep the lights burning in every storm on every coast of this long country of ours."
        pages = {
            "t.xhtml": page(f'<section epub:type="titlepage"><h1>The Lamp</h1><p>{words}</p></section>'),
            "a.xhtml": page("<h1>Dusk</h1><p>one</p>"),
        }
        assert words in texts(read(make_epub(pages, nav=nav(("Dusk", "a.xhtml")))))

    @pytest.mark.parametrize(
        ("body", "reason", "gone", "text"),
        [
            ('<p>He slept.<span epub:type="pagebreak">12</span> Then he woke.</p>', "page-number", "12", "He slept. Then he woke."),
            ('<p>He <span style="display:none">secret</span>slept.</p>', "hidden", "secret", "He slept."),
            ("<p><ruby>灯<rt>ひ</rt></ruby>台</p>", "ruby", "ひ", "灯台"),
            ("<p>Before.</p><pre><code>x = 1</code></pre>", "code", "x = 1", "Before."),
            ('<p>Before.</p><img alt="A lamp" src="x.png"/>', "image", "A lamp", "Before."),
            ("<p>Before.</p><audio>No sound here</audio>", "media-fallback", "No sound here", "Before."),
        ],
    )  # fmt: skip
    def test_pieces_of_a_page_are_left_out_by_name(
        self, read: Read, body: str, reason: str, gone: str, text: str
    ) -> None:
        book = read(one(body))
        assert texts(book) == [text]
        assert reasons(book)[reason] == [gone]


class TestNotes:
    BODY = (
        '<p>He lit the lamp<a epub:type="noteref" href="#n1">1</a> and slept.</p><p>Next.</p>'
        '<aside epub:type="footnote" id="n1"><p><a href="#r1">1</a> An oil lamp.</p></aside>'
    )

    def test_notes_and_their_marks_are_left_out(self, read: Read) -> None:
        book = read(one(self.BODY))
        assert texts(book) == ["He lit the lamp and slept.", "Next."]
        assert reasons(book)["note"] == ["An oil lamp."]

    def test_notes_come_at_the_end_of_the_chapter(self, read: Read) -> None:
        book = read(one(self.BODY), notes="end-of-chapter")
        assert texts(book) == ["He lit the lamp and slept.", "Next.", "An oil lamp."]
        assert book.chapters[0].paragraphs[-1].kind == "note"

    def test_notes_come_after_the_paragraph_that_points_at_them(self, read: Read) -> None:
        assert texts(read(one(self.BODY), notes="inline")) == ["He lit the lamp and slept.", "An oil lamp.", "Next."]

    def test_notes_of_another_file_are_found_by_their_links(self, read: Read) -> None:
        pages = {
            "a.xhtml": page('<h1>Dusk</h1><p>The lamp<sup><a id="r1" href="notes.xhtml#n1">1</a></sup> was lit.</p>'),
            "notes.xhtml": page('<h1>Notes</h1><p id="n1"><a href="a.xhtml#r1">1.</a> An oil lamp.</p>'),
        }
        book = read(make_epub(pages, nav=nav(("Dusk", "a.xhtml"), ("Notes", "notes.xhtml"))))
        assert texts(book) == ["The lamp was lit."]
        assert reasons(book)["note"] == ["Notes", "An oil lamp."]

    def test_the_paragraph_with_the_mark_is_never_taken_for_the_note(self, read: Read) -> None:
        pages = {
            "a.xhtml": page('<h1>Dusk</h1><p>A long story<a id="r1" href="notes.xhtml#n1"><sup>[1]</sup></a>.</p>'),
            "notes.xhtml": page('<ul><li id="n1"><a href="a.xhtml#r1">[1] </a>An oil lamp.</li></ul>'),
        }
        assert texts(read(make_epub(pages))) == ["A long story."]

    @pytest.mark.parametrize(
        "body", ["the 20<sup>th</sup> night", "M<sup>me</sup> Roux", "nine m<sup>2</sup> of glass"]
    )
    def test_raised_letters_and_exponents_stay(self, read: Read, body: str) -> None:
        assert texts(read(one(f"<p>{body}</p>"))) == [body.replace("<sup>", "").replace("</sup>", "")]

    def test_a_raised_number_without_a_link_after_a_sentence_is_a_mark(self, read: Read) -> None:
        assert texts(read(one("<p>He slept.<sup>3</sup> Then he woke.</p>"))) == ["He slept. Then he woke."]

    def test_an_authors_own_notes_with_prose_are_a_chapter(self, read: Read) -> None:
        body = (
            f'<h2 id="t">Dusk</h2><p>one<a epub:type="noteref" href="#n1">*</a></p><section epub:type="rearnotes" id="n">'
            f'<h2>Notes</h2><p>{LONG}</p><div epub:type="rearnote" id="n1"><p>An oil lamp.</p></div></section>'
        )
        book = read(make_epub({"a.xhtml": page(body)}, nav=nav(("Dusk", "a.xhtml#t"), ("Notes", "a.xhtml#n"))))
        assert titles(book) == ["Dusk", "Notes"]
        assert "An oil lamp." in texts(book)


class TestText:
    def test_inline_elements_join_without_spaces(self, read: Read) -> None:
        assert texts(read(one('<p><span class="dropcap">T</span>he <b>la</b>mp.</p>'))) == ["The lamp."]

    def test_a_drop_cap_picture_is_the_first_letter(self, read: Read) -> None:
        assert texts(read(one('<p><span><img src="t.png" alt="T"/></span>he lamp.</p>'))) == ["The lamp."]

    def test_a_drop_cap_block_is_the_first_letter(self, read: Read) -> None:
        assert texts(read(one('<div><div class="drop-cap">T</div>he lamp.</div>'))) == ["The lamp."]

    def test_emphasis_language_and_phonemes_are_marked(self, read: Read) -> None:
        body = '<p>She <em>never</em> said <i xml:lang="fr">merci</i> to <span ssml:ph="anE" ssml:alphabet="x-sampa">Anne</span>.</p>'
        paragraph = read(one(body)).chapters[0].paragraphs[0]
        marks = {(mark.kind, mark.value, paragraph.text[mark.start : mark.end]) for mark in paragraph.markup}
        assert marks == {
            ("emphasis", "", "never"), ("language", "fr", "merci"), ("emphasis", "", "merci"), ("phonemes", "anɛ", "Anne"),
        }  # fmt: skip

    def test_a_paragraph_in_another_language_is_marked_whole(self, read: Read) -> None:
        paragraph = read(one('<p xml:lang="de">Es war Nacht.</p>')).chapters[0].paragraphs[0]
        assert paragraph.markup == (Markup(0, 13, "language", "de"),)

    def test_a_table_is_read_row_by_row_with_its_headers(self, read: Read) -> None:
        rows = "<tr><th>Day</th><th>Sky</th><th>Wind</th></tr><tr><td>Monday</td><td>grey</td><td>west</td></tr>"
        table = read(one(f"<table>{rows}</table>")).chapters[0].paragraphs
        assert [p.text for p in table] == ["Day; Sky; Wind", "Monday; grey; west"]
        assert [mark.value for mark in table[1].markup] == ["Day: Monday", "Sky: grey", "Wind: west"]

    def test_tables_are_skipped_by_name(self, read: Read) -> None:
        book = read(one("<p>x</p><table><tr><td>a</td><td>b</td></tr></table>"), tables="skip")
        assert reasons(book)["table"] == ["ab"]

    def test_a_table_for_layout_is_read_as_text(self, read: Read) -> None:
        assert texts(read(one("<table><tr><td><p>one</p><p>two</p></td></tr></table>"))) == ["one", "two"]

    def test_verse_keeps_its_lines_and_stanzas(self, read: Read) -> None:
        body = '<div class="poem"><div class="stanza"><div>one</div><div>two</div></div><div class="stanza"><div>three</div></div></div>'
        paragraphs = read(one(body)).chapters[0].paragraphs
        assert [(p.kind, p.text) for p in paragraphs] == [("verse", "one\ntwo"), ("verse", "three")]

    def test_lists_quotations_and_breaks_have_their_kinds(self, read: Read) -> None:
        body = "<p>a</p><ul><li>b</li></ul><blockquote><p>c</p></blockquote><hr/><p>d</p><p>* * *</p><p>e</p>"
        assert [p.kind for p in read(one(body)).chapters[0].paragraphs] == [
            "prose",
            "list",
            "quote",
            "break",
            "prose",
            "break",
            "prose",
        ]

    def test_double_line_breaks_part_paragraphs(self, read: Read) -> None:
        assert texts(read(one(f"<p>{LONG}<br/><br/>{LONG}</p>"))) == [LONG.strip(), LONG.strip()]

    def test_pictures_speak_when_asked(self, read: Read) -> None:
        assert texts(read(one('<p>x</p><img alt="A lamp" src="x.png"/>'), images="alt")) == ["x", "A lamp"]

    def test_right_to_left_text_keeps_its_logical_order(self, read: Read) -> None:
        assert texts(read(one('<p dir="rtl">\u202bשלום עולם\u202c</p>'))) == ["שלום עולם"]


class TestFacts:
    META = (
        '<dc:title id="t">The Lamp</dc:title><meta refines="#t" property="title-type">main</meta>'
        '<dc:title id="s">A Story of the Sea</dc:title><meta refines="#s" property="title-type">subtitle</meta>'
        '<dc:creator>Ann Lee</dc:creator><dc:creator id="b">Bo Ray</dc:creator>'
        '<dc:creator id="t2">Cy Translator</dc:creator><meta refines="#t2" property="role">trl</meta>'
        "<dc:language>en-GB</dc:language><dc:date>1999-05-01</dc:date><dc:publisher>Sea Press</dc:publisher>"
        '<dc:identifier id="id">urn:uuid:1</dc:identifier><dc:identifier>urn:isbn:978-3-16-148410-0</dc:identifier>'
        "<dc:description>&lt;p&gt;A keeper.&lt;/p&gt;</dc:description><dc:rights>CC0</dc:rights><dc:subject>Sea</dc:subject>"
        '<meta property="belongs-to-collection" id="c">Lights</meta><meta refines="#c" property="group-position">2</meta>'
    )

    def test_metadata_is_read(self, read: Read) -> None:
        facts = read(one("<p>x</p>", metadata=self.META)).metadata
        assert (facts.title, facts.subtitle, facts.author) == ("The Lamp", "A Story of the Sea", "Ann Lee; Bo Ray")
        assert (facts.language, facts.year, facts.publisher) == ("en-GB", "1999", "Sea Press")
        assert (facts.series, facts.series_part, facts.identifier) == ("Lights", "2", "9783161484100")
        assert (facts.description, facts.rights, facts.genre) == ("A keeper.", "CC0", "Sea")

    def test_calibres_series_is_read(self, read: Read) -> None:
        extra = '<dc:title>x</dc:title><meta name="calibre:series" content="Lights"/><meta name="calibre:series_index" content="3.0"/>'
        facts = read(one("<p>x</p>", metadata=extra)).metadata
        assert (facts.series, facts.series_part) == ("Lights", "3")

    @pytest.mark.parametrize(
        "changes",
        [
            {"manifest": '<item id="c" href="pic.png" media-type="image/png" properties="cover-image"/>'},
            {"manifest": '<item id="c" href="pic.png" media-type="image/png"/>', "metadata": '<dc:title>x</dc:title><meta name="cover" content="c"/>'},
            {"manifest": '<item id="my-cover" href="pic.png" media-type="image/png"/>'},
            {"guide": '<guide><reference type="cover" href="cov.xhtml"/></guide>',
             "files": {"OPS/cov.xhtml": '<html xmlns="http://www.w3.org/1999/xhtml"><body><img src="pic.png"/></body></html>'},
             "manifest": '<item id="v" href="cov.xhtml" media-type="application/xhtml+xml"/>'},
        ],
    )  # fmt: skip
    def test_the_cover_is_found_by_every_convention(self, read: Read, changes: dict[str, object]) -> None:
        files = {"OPS/pic.png": PNG, **changes.pop("files", {})}  # type: ignore[dict-item]
        cover = read(one("<p>x</p>", files=files, **changes)).cover
        assert cover is not None
        assert (cover.data, cover.media_type) == (PNG, "image/png")

    def test_the_books_lexicon_is_kept(self, read: Read) -> None:
        pls = (
            '<lexicon version="1.0" alphabet="x-sampa" xml:lang="en" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon">'
            "<lexeme><grapheme>Leith</grapheme><phoneme>li:T</phoneme></lexeme>"
            "<lexeme><grapheme>Dr</grapheme><grapheme>Dr.</grapheme><alias>doctor</alias></lexeme></lexicon>"
        )
        data = one(
            "<p>x</p>",
            files={"OPS/w.pls": pls},
            manifest='<item id="w" href="w.pls" media-type="application/pls+xml"/>',
        )
        entries = read(data).lexicon
        assert [(e.graphemes, e.phonemes, e.alias, e.language) for e in entries] == [
            (("Leith",), "liːθ", "", "en"),
            (("Dr", "Dr."), "", "doctor", "en"),
        ]
