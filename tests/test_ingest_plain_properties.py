from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audiobook.book import Book
from audiobook.ingest.clean import clean
from audiobook.ingest.markdown import book_from_markdown
from audiobook.ingest.plain import book_from_text
from audiobook.settings import IngestSettings

SETTINGS = [
    IngestSettings(),
    IngestSettings(notes="inline", images="alt", code="read"),
    IngestSettings(notes="end-of-chapter", tables="skip", front_matter="read"),
]

PIECES = st.sampled_from(
    [
        "CHAPTER I",
        "CHAPTER II.",
        "Chapter Three: The Mill",
        "I",
        "II.",
        "PART ONE",
        "Contents",
        "PREFACE",
        "ACT I",
        "SCENE 2",
        "[Illustration: A mill]",
        "[Illustration: CHAPTER IV]",
        "[Footnote 1: A _note_.]",
        "[1] A note.",
        "a word[1] and more",
        "* * *",
        "***",
        "---",
        "oOo",
        "\n",
        "\n\n",
        "\n\n\n\n",
        " ",
        "    ",
        "\t",
        "THE GREY GOOSE",
        "He went--\nand came.",
        "The mill stood still in the snow, and nobody came to it that winter or the next.",
        "“Yes,” she said.",
        "some-\nthing",
        "_emphasis_",
        "*emphasis*",
        "=bold=",
        "snake_case_name",
        "e\u0301te\u0301",
        "ﬁne ﬂour eﬃcient",
        "so\xadft",
        "a\u200bb",
        "\ufeff",
        "\r\n",
        "\r",
        "\f",
        "\x00",
        "\ue000",
        "1. One",
        "2. Two",
        "- item",
        "THE END",
        "*** START OF THE PROJECT GUTENBERG EBOOK X ***",
        "*** END OF THE PROJECT GUTENBERG EBOOK X ***",
        "End of Project Gutenberg's X",
        "{12}",
        "[Pg 12]",
        "12",
        "Ünïcödé ĳ ß ẞ İ ſ",
        "ΑΣΣ Σ",
    ]
)
MARKDOWN = st.sampled_from(
    [
        "# One\n",
        "## Two\n",
        "### Three *x*\n",
        "Title\n=====\n",
        "A sentence.\n---\n",
        "> quote\n",
        "- item\n",
        "1. one\n",
        "2) two\n",
        "   more\n",
        '[link](http://a.b "t")',
        "[link][ref]",
        "[ref]: http://a.b\n",
        "![alt *x*](p.png)",
        "<http://a.b>",
        "<b>bold</b>",
        "<!-- comment -->",
        "<div>\nx\n</div>\n",
        "&eacute;",
        "&amp;",
        "&#65;",
        "\\*",
        "`code`",
        "`` a ` b ``",
        "```py\ncode\n```\n",
        "~~~\nx\n",
        "| a | b |\n|---|---|\n| 1 | x\\|y |\n",
        "a[^1]",
        "[^1]: Note text\n",
        "[^n]: Note\n    more\n",
        "***",
        "* * *\n",
        "_x_",
        "**y**",
        "  \n",
        "\\\n",
        "---\ntitle: X\n---\n",
        '+++\ntitle = "X"\n+++\n',
        "\n",
        "\n\n",
        " ",
        "words here",
        "“Yes,” she said.",
        "    indented\n",
        "Chapter 1\n\n",
        "~~old~~",
    ]
)


def lines_of(piece: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.lists(st.one_of(piece, st.text(max_size=12)), max_size=40).map("".join)


def check(book: Book, source: str) -> None:
    """The ledger balances and every span covers the words it claims."""
    assert book.imbalance() == {}
    for chapter in book.chapters:
        for paragraph in chapter.paragraphs:
            if paragraph.source is None:
                assert paragraph.kind == "break"
                continue
            assert 0 <= paragraph.source.start < paragraph.source.end <= len(source)
            for mark in paragraph.markup:
                assert 0 <= mark.start < mark.end <= len(paragraph.text)
            previous = -1
            for index, char in enumerate(paragraph.text):
                place = paragraph.source_index(index)
                assert place is not None
                assert place >= previous
                previous = place
                if char.isascii() and char.isalnum() and paragraph.kind != "note":
                    # Entities and ligatures stand for other letters than they are written with.
                    assert char in clean(source[place]) or source[place] == "&"


@given(lines_of(PIECES), st.sampled_from(SETTINGS))
def test_plain_text_balances_whatever_it_holds(text: str, settings: IngestSettings) -> None:
    source = text.replace("\r\n", "\n").replace("\r", "\n")
    check(book_from_text(source, "name", settings), source)


@given(lines_of(MARKDOWN), st.sampled_from(SETTINGS))
def test_markdown_balances_whatever_it_holds(text: str, settings: IngestSettings) -> None:
    source = text.replace("\r\n", "\n").replace("\r", "\n")
    check(book_from_markdown(source, "name", settings), source)
