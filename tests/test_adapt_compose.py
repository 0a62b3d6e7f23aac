"""From marks to script: nothing is lost, whatever the text and its marks."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audiobook.adapt.compose import compose
from audiobook.adapt.marking import mark, scenes_of
from audiobook.book import Book, Chapter, Markup, Metadata, Paragraph, Span
from audiobook.script import Override
from audiobook.settings import AdaptSettings

MARKS = "\"'“”‘’«»„「」—-_*()[]"
WORDS = ["Nora", "said", "Tobias", "he", "she", "I", "the", "landlord", "lamp", "went", "asked", "'tis", "Mr.", ":"]
pieces = st.one_of(
    st.sampled_from(WORDS), st.sampled_from(list(MARKS)), st.sampled_from([",", ".", "!", " ", "  ", "\n"])
)
texts = st.one_of(
    st.text(max_size=60), st.lists(pieces, max_size=30).map(" ".join), st.lists(pieces, max_size=30).map("".join)
)


def squeezed(text: str) -> str:
    return "".join(text.split())


@settings(max_examples=150, deadline=None)
@given(st.lists(texts, max_size=6))
def test_joined_lines_are_the_text_of_the_paragraphs(paragraphs: list[str]) -> None:
    book = Book(Metadata(), (Chapter("One", tuple(Paragraph(text) for text in paragraphs)),))
    marked = mark(book, AdaptSettings())
    for p, text in enumerate(paragraphs):
        own = [piece for piece in marked.chapters[0].pieces if piece.paragraph == p]
        assert "".join(text[piece.start : piece.end] for piece in own) == text
    script = compose(marked, AdaptSettings(), ())
    lines = [line.text for line in script.chapters[0].lines()]
    assert squeezed("".join(lines)) == squeezed("".join(paragraphs))
    assert all(line == line.strip() and line for line in lines)


def test_lines_know_where_they_stand_in_the_source() -> None:
    text = 'Rain. "It is late," said Nora.'
    book = Book(Metadata(), (Chapter("One", (Paragraph(text, source=Span(100, 100 + len(text))),)),))
    script = compose(mark(book, AdaptSettings()), AdaptSettings(), ())
    spans = [(line.source.start - 100, line.source.end - 100) for line in script.chapters[0].lines() if line.source]
    assert [text[a:b] for a, b in spans] == ["Rain.", '"It is late,"', "said Nora."]


def test_breaks_and_headings_begin_scenes() -> None:
    chapter = Chapter(
        "One",
        (Paragraph("A."), Paragraph("", "break"), Paragraph("B."), Paragraph("Later", "heading"), Paragraph("C.")),
    )
    assert [(scene.first, scene.end, scene.title) for scene in scenes_of(chapter)] == [
        (0, 1, ""),
        (2, 3, ""),
        (4, 5, "Later"),
    ]


def test_pronunciation_and_emphasis_of_the_source_reach_the_line() -> None:
    text = '"Alimbek," said Nora. "Never that!"'
    markup = (Markup(1, 8, "alias", "ah-leem-BEK"), Markup(22, 34, "emphasis"))
    book = Book(Metadata(), (Chapter("One", (Paragraph(text, markup=markup),)),))
    lines = list(compose(mark(book, AdaptSettings()), AdaptSettings(), ()).chapters[0].lines())
    assert lines[0].overrides == (Override(1, 8, "ah-leem-BEK"),)
    assert [cue.name for cue in lines[2].cues] == ["emphasis"]


def test_a_doubtful_line_has_a_check_comment() -> None:
    book = Book(Metadata(), (Chapter("One", (Paragraph('"Who is there?"'), Paragraph("Nobody answered."))),))
    lines = list(
        compose(mark(book, AdaptSettings(check_below=1.0)), AdaptSettings(check_below=1.0), ()).chapters[0].lines()
    )
    assert lines[0].speaker == "UNKNOWN"


@pytest.mark.parametrize("unit", ['"', "' ", "Aa ", "Mr. ", "the ", "said the ", '"Yes," said Al. ', "— ", "A's ", "("])
def test_hostile_repetition_takes_time_in_proportion_to_its_length(unit: str) -> None:
    book = Book(Metadata(), (Chapter("One", (Paragraph(unit * (20_000 // len(unit))),)),))
    started = time.process_time()
    mark(book, AdaptSettings())
    assert time.process_time() - started < 3
