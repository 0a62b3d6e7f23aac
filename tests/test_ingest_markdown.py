from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.book import Book
from audiobook.errors import SourceError
from audiobook.ingest.markdown import book_from_markdown, read_markdown
from audiobook.settings import IngestSettings


def read(text: str, **settings: str) -> Book:
    book = book_from_markdown(text, "my_file", IngestSettings(**settings))
    assert book.imbalance() == {}
    return book


def texts(book: Book) -> list[str]:
    return [paragraph.text for chapter in book.chapters for paragraph in chapter.paragraphs]


def outline(text: str) -> list[tuple[str, str]]:
    return [(chapter.part_heading, chapter.title) for chapter in read(text).chapters]


def test_headings_of_the_commonest_level_are_chapters_below_the_title() -> None:
    book = read("# The Mill\n\n## One\n\nWords.\n\n### A scene\n\nMore.\n\n## Two\n\nEnd.")
    assert book.metadata.title == "The Mill"
    assert [chapter.title for chapter in book.chapters] == ["One", "Two"]
    assert [(p.kind, p.text) for p in book.chapters[0].paragraphs] == [
        ("prose", "Words."),
        ("heading", "A scene"),
        ("prose", "More."),
    ]


def test_parts_stand_above_chapters() -> None:
    text = "# Part One\n\n## Chapter 1\n\na\n\n## Chapter 2\n\nb\n\n# Part Two\n\n## Chapter 3\n\nc"
    assert outline(text) == [("Part One", "Chapter 1"), ("", "Chapter 2"), ("Part Two", "Chapter 3")]


def test_a_preface_beside_the_parts_is_a_chapter() -> None:
    text = "# Preface\n\nx\n\n# Part One\n\n## Chapter 1\n\na\n\n## Chapter 2\n\nb"
    assert outline(text) == [("", "Preface"), ("Part One", "Chapter 1"), ("", "Chapter 2")]


def test_a_text_without_headings_is_named_after_its_file() -> None:
    book = read("Only words.\n\nAnd more.")
    assert [chapter.title for chapter in book.chapters] == ["my file"]
    assert not book.chapters[0].titled


def test_chapter_lines_without_marks_are_found_in_a_text_without_headings() -> None:
    assert outline("Chapter 1\n\nWords.\n\n**Chapter 2**\n\nMore.") == [("", "Chapter 1"), ("", "Chapter 2")]


@pytest.mark.parametrize(
    "header",
    [
        '+++\ntitle = "The Mill"\nauthors = ["A. One", "B. Two"]\nlanguage = "en-GB"\ndate = 1901-02-03\n+++\n',
        '---\ntitle: "The Mill"\nauthor: [A. One, B. Two]\nlang: en-GB\ndate: 1901-02-03\n---\n',
        "---\ntitle: The Mill\nauthor:\n  - A. One\n  - B. Two\nlang: en-GB\nyear: 1901\n---\n",
    ],
    ids=["toml", "yaml", "yaml list"],
)
def test_front_matter_gives_metadata_and_is_not_read(header: str) -> None:
    book = read(f"{header}\n# One\n\nWords.")
    found = book.metadata
    assert (found.title, found.author, found.language, found.year) == ("The Mill", "A. One; B. Two", "en-GB", "1901")
    assert texts(book) == ["Words."]
    assert [exclusion.reason for exclusion in book.exclusions] == ["front-matter"]


@pytest.mark.parametrize(
    ("written", "title"),
    [
        (r'"The \"Mill\" and C:\\"', 'The "Mill" and C:\\'),
        ("'The Miller''s Tale'", "The Miller's Tale"),
        (r"A \"B\"", r"A \"B\""),
    ],
)
def test_quotation_marks_in_a_quoted_title_are_read_as_yaml_writes_them(written: str, title: str) -> None:
    # The title kept its backslashes, in every tag and on the cover.
    assert read(f"---\ntitle: {written}\n---\n\nWords.").metadata.title == title


def test_rules_around_a_scene_are_not_front_matter() -> None:
    book = read("---\n\nIt was late.\n\n---\n\nMorning came.")
    assert [p.kind for p in book.chapters[0].paragraphs] == ["prose", "break", "prose"]


def test_a_rule_right_under_a_paragraph_breaks_the_scene() -> None:
    book = read("It was late, and nobody came.\n---\nMorning came.")
    assert [p.kind for p in book.chapters[0].paragraphs] == ["prose", "break", "prose"]


def test_marks_are_not_read_and_every_letter_keeps_its_place() -> None:
    source = (
        'She *said* [so](http://a.b/c "t") &amp; **went** `home`, \\*once\\*, <b>twice</b>,\n'
        "caf&eacute; ![a cat](c.png)."
    )
    paragraph = read(source).chapters[0].paragraphs[0]
    assert paragraph.text == "She said so & went home, *once*, twice, café ."
    assert [paragraph.text[mark.start : mark.end] for mark in paragraph.markup] == ["said", "went"]
    for index, char in enumerate(paragraph.text):
        place = paragraph.source_index(index)
        assert place is not None
        assert char in {source[place], "é", " "}


def test_pictures_code_tables_and_notes_follow_the_settings() -> None:
    source = "A ![grey cat](c.png) sat[^1].\n\n```py\nx = 1\n```\n\n"
    source += "| a | b |\n|---|---|\n| c | d |\n\n[^1]: On a mat.\n\nEnd."
    assert texts(read(source)) == ["A sat.", "a; b", "c; d", "End."]
    loud = IngestSettings(images="alt", code="read", tables="skip", notes="inline")
    book = book_from_markdown(source, "x", loud)
    assert book.imbalance() == {}
    assert texts(book) == ["A grey cat sat.", "On a mat.", "x = 1", "End."]


def test_notes_may_wait_for_the_end_of_the_chapter() -> None:
    source = "# One\n\nA word[^n].\n\nMore.\n\n# Two\n\nEnd.\n\n[^n]: The note."
    book = read(source, notes="end-of-chapter")
    assert [p.text for p in book.chapters[0].paragraphs] == ["A word.", "More.", "The note."]
    assert book.chapters[0].paragraphs[-1].kind == "note"


def test_lists_quotes_and_verse_have_their_kinds() -> None:
    source = "1. one\n2. two\n\n- three\n\n> quoted\n> words\n\nRoses are red  \nViolets are blue\n\n    indented prose"
    paragraphs = read(source).chapters[0].paragraphs
    assert [(p.kind, p.text) for p in paragraphs] == [
        ("list", "1. one"), ("list", "2. two"), ("list", "three"), ("quote", "quoted words"),
        ("verse", "Roses are red\nViolets are blue"), ("prose", "indented prose"),
    ]  # fmt: skip


def test_a_contents_list_is_left_out() -> None:
    book = read("# The Mill\n\n## Contents\n\n- [One](#one)\n- [Two](#two)\n\n## One\n\nWords.\n\n## Two\n\nMore.")
    assert [chapter.title for chapter in book.chapters] == ["One", "Two"]
    assert {"contents"} <= {exclusion.reason for exclusion in book.exclusions}


def test_deep_nesting_and_endless_brackets_are_read_in_time() -> None:
    for piece in ("> ", "[a](", "*a **b ", "- ", "![", "<!--", "`", "[^1]: ", "|"):
        read("# One\n\n" + piece * 3000 + "end")


def test_a_file_without_words_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("***\n\n---\n", "utf-8")
    with pytest.raises(SourceError, match="no words"):
        read_markdown(path, IngestSettings())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (">" * 100_000 + " ahoy\n" + "[" * 50_000 + "\n" + "*oar " * 5_000, ["ahoy", "oar"]),
        (">" * 30 + " ahoy\n" + ">" * 30 + " *sailor*\n\nstay\n", ["ahoy", "sailor", "stay"]),
        ("- " * 40 + "ahoy\n\nstay\n", ["ahoy", "stay"]),
        ("| one | two |\n|--|--|\n| three | four | five | six |\n\nstay\n", ["five", "six", "stay"]),
    ],
)
def test_words_that_the_parser_gives_up_on_are_read(text: str, words: list[str]) -> None:
    # Broke: text nested deeper than the parser goes, and cells beyond a table's columns, were left out as "markup".
    book = book_from_markdown(text, "f", IngestSettings())
    told = " ".join(paragraph.text for chapter in book.chapters for paragraph in chapter.paragraphs)
    assert all(word in told for word in words)
    assert book.imbalance() == {}


@given(
    st.lists(
        st.sampled_from(["ahoy", ">", "-", "*", "#", "|", "--", " ", "    ", "\n", "\n\n", "1.", "_"]), max_size=80
    )
)
def test_no_word_is_ever_left_out_as_markup(pieces: list[str]) -> None:
    text = "".join(pieces)
    book = book_from_markdown(text, "f", IngestSettings())
    assert [
        exclusion for exclusion in book.exclusions if "ahoy" in exclusion.text and exclusion.reason == "markup"
    ] == []
    assert book.imbalance() == {}


def test_an_address_below_its_label_and_in_a_quotation_is_not_read() -> None:
    text = "Row to [the pier][k] or [home][h].\n\n[k]: http://pier.example/a\n   'The pier'\n\n> [h]: http://home.example/\n"
    book = book_from_markdown(text, "f", IngestSettings())
    assert [paragraph.text for chapter in book.chapters for paragraph in chapter.paragraphs] == [
        "Row to the pier or home."
    ]


def test_markdown_without_words_to_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "links.md"
    path.write_text("[k]: http://pier.example/a\n", encoding="utf-8")
    with pytest.raises(SourceError, match="nothing in it to read"):
        read_markdown(path, IngestSettings())
