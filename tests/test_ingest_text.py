"""Text files: encodings, bad input, layout, emphasis, notes, and standard input."""

from __future__ import annotations

import io
import sys
import types
from pathlib import Path

import pytest
from bookmaker import Prose, chapters

from audiobook.book import Book
from audiobook.errors import HostileSourceError, SourceError
from audiobook.ingest import SUFFIXES, format_of, read_book, textfile
from audiobook.ingest.clean import clean, clean_with_map
from audiobook.ingest.language import guess_language
from audiobook.ingest.plain import book_from_text
from audiobook.settings import IngestSettings

TEXT = "CHAPTER I\n\n“Café,” she said – and went.\n\nIt rained.\n\n\n\nCHAPTER II\n\nÉmile’s naïve cœur."


def read(text: str, **settings: str) -> Book:
    book = book_from_text(text, "name", IngestSettings(**settings))
    assert book.imbalance() == {}
    return book


def texts(book: Book) -> list[str]:
    return [paragraph.text for chapter in book.chapters for paragraph in chapter.paragraphs]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_every_encoding_and_line_end_gives_the_same_book(tmp_path: Path, encoding: str, newline: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(TEXT.replace("\n", newline).encode(encoding))
    book = read_book(path, IngestSettings())
    assert texts(book) == ["“Café,” she said – and went.", "It rained.", "Émile’s naïve cœur."]
    marked = encoding == "utf-8-sig"  # the mark stays as one character, as bytes.decode("utf-8") leaves it
    source = ("\ufeff" if marked else "") + TEXT
    for chapter in book.chapters:
        assert chapter.source
        assert source[chapter.source.start : chapter.source.end].startswith(chapter.title)


def test_a_named_encoding_is_used_and_a_wrong_one_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("Привет, мир".encode("koi8-r"))
    assert texts(read_book(path, IngestSettings(encoding="koi8-r"))) == ["Привет, мир"]
    for encoding in ("utf-8", "no-such-thing"):
        with pytest.raises(SourceError, match="encoding"):
            read_book(path, IngestSettings(encoding=encoding))


def test_an_older_encoding_is_recognized_by_its_bytes() -> None:
    russian = "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. " * 20
    assert textfile.decode(russian.encode("cp1251")) == russian


def test_utf8_cut_off_inside_a_character_is_still_utf8() -> None:
    assert textfile.decode("a long line – é".encode()[:-1]) == "a long line – "


BAD = {
    "empty": b"",
    "white space": b" \n\n\t ",
    "ornaments only": b"* * *\n\n---\n",
    "zeros": bytes(5000),
    "binary": bytes(range(256)) * 40,
    "png": b"\x89PNG\r\n\x1a\n" + bytes(100),
    "rtf": b"{\\rtf1 hello}",
    "old word": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600),
    "gzip": b"\x1f\x8b\x08" + bytes(100),
    "kindle": bytes(60) + b"BOOKMOBI" + bytes(100),
}


@pytest.mark.parametrize("data", BAD.values(), ids=BAD.keys())
def test_what_is_no_text_is_refused_in_one_line(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(data)
    with pytest.raises(SourceError) as caught:
        read_book(path, IngestSettings())
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy


def test_what_is_no_file_is_refused_in_one_line(tmp_path: Path) -> None:
    for source, words in (
        (tmp_path / "none.txt", "no such file"),
        (tmp_path, "folder"),
        ("a\0b.txt", "cannot be read|no such"),
    ):
        with pytest.raises(SourceError, match=words):
            read_book(source, IngestSettings())


def test_too_much_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.txt"
    path.write_text("word " * 100, "utf-8")
    monkeypatch.setattr(textfile, "MAX_TEXT_BYTES", 400)
    with pytest.raises(HostileSourceError, match="larger than"):
        read_book(path, IngestSettings())


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"plain words", "a.txt", "text"),
        (b"plain words", "a.unknown", "text"),
        (b"# A heading\n\nwords", "a", "markdown"),
        (b"# A heading\n\nwords", "a.txt", "text"),
        (b"words", "a.MD", "markdown"),
        (b"<!DOCTYPE html><p>x", "a.txt", "html"),
        (b"<?xml version='1.0'?><html xmlns='x'>", "a", "html"),
        (b"<?xml version='1.0'?><FictionBook>", "a", "fb2"),
        (b"%PDF-1.7", "a.txt", "pdf"),
        (b"PK\x03\x04 broken", "a.docx", "docx"),
    ],
)
def test_the_format_is_told_by_content_before_name(tmp_path: Path, head: bytes, name: str, expected: str) -> None:
    path = tmp_path / name
    path.write_bytes(head)
    assert format_of(path) == expected
    assert set(SUFFIXES.values()) >= {expected}


def test_standard_input_is_read_like_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO("# One\n\nWords – here.\n\n# Two\n\nMore.".encode()))
    )
    book = read_book("-", IngestSettings())
    assert [chapter.title for chapter in book.chapters] == ["One", "Two"]
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(buffer=io.BytesIO(b"")))
    with pytest.raises(SourceError, match=r"^standard input: is empty"):
        read_book("-", IngestSettings())


def test_wrapped_lines_become_running_text_with_exact_places() -> None:
    source = (
        "It was late--\nvery late--and the   some-\nthing of to-\nmorrow\n  was near.\n\nSomething stirred to-morrow."
    )
    paragraph = read(source).chapters[0].paragraphs[0]
    assert paragraph.text == "It was late--very late--and the something of to-morrow was near."
    for index, char in enumerate(paragraph.text):
        place = paragraph.source_index(index)
        assert place is not None
        assert source[place] == char or (char == " " and source[place].isspace())


def test_emphasis_marks_become_markup() -> None:
    paragraph = read("He was _very\nlate_, =so= she *said*, for snake_case_name stayed.").chapters[0].paragraphs[0]
    assert paragraph.text == "He was very late, so she said, for snake_case_name stayed."
    assert [paragraph.text[mark.start : mark.end] for mark in paragraph.markup] == ["very late", "so", "said"]
    assert {mark.kind for mark in paragraph.markup} == {"emphasis"}


def test_scene_breaks_are_found_in_ornaments_and_wide_gaps() -> None:
    prose = Prose()
    for ornament in ("* * *", "***", "-----", "#", "~ ~ ~", "⁂", "oOo  oOo  oOo", "x x x"):
        kinds = [p.kind for p in read(f"{prose.body()}\n\n{ornament}\n\n{prose.body()}").chapters[0].paragraphs]
        assert kinds.count("break") == 1
    gap = read(f"{prose.body(15)}\n\n\n\n{prose.body(15)}").chapters[0].paragraphs
    assert [p.kind for p in gap].index("break") == 15
    assert [p.kind for p in read("“…”\n\n“Yes.”\n\n“…”").chapters[0].paragraphs] == ["prose"] * 3


def test_notes_are_skipped_or_read_as_asked() -> None:
    source = "The mill[1] stood still.\n\n[Footnote 1: Burned in _1801_.]\n\nNobody came."
    skipped = read(source)
    assert texts(skipped) == ["The mill stood still.", "Nobody came."]
    assert {e.reason for e in skipped.exclusions} == {"note", "note-reference"}
    assert "Burned in 1801." in texts(read(source, notes="inline"))


def test_pictures_are_skipped_or_read_as_asked() -> None:
    source = "The mill.\n\n[Illustration: A mill by night]\n\nNobody came."
    assert texts(read(source)) == ["The mill.", "Nobody came."]
    assert texts(read(source, images="alt")) == ["The mill.", "A mill by night", "Nobody came."]


def test_lists_keep_their_entries_apart() -> None:
    book = read("He needed:\n\n- a lamp,\n- two keys,\n  and a rope\n- bread\n\nThat was all.")
    assert [p.text for p in book.chapters[0].paragraphs if p.kind == "list"] == [
        "- a lamp,",
        "- two keys, and a rope",
        "- bread",
    ]


def test_front_matter_is_read_when_asked() -> None:
    text = "CONTENTS\n\nCHAPTER I\nCHAPTER II\n\n\n\n\n" + chapters(["CHAPTER I", "CHAPTER II"])
    assert "CONTENTS" not in "".join(texts(read(text)))
    spoken = read(text, front_matter="read")
    assert "CONTENTS" in "".join([*texts(spoken), *(chapter.title for chapter in spoken.chapters)])


def test_clean_text_keeps_a_map_to_its_source() -> None:
    source = "\ufeffso\xadft ﬁne\u200b e\u0301te\u0301\r\n\u202bright\u202c\x07 \ue000x\u00a0y"
    cleaned = clean_with_map(source)
    assert cleaned.text == "soft fine été\nright  x y"
    assert cleaned.unprintable == "\x07\ue000"
    for index, char in enumerate(cleaned.text):
        if char.isascii() and char.isalpha() and char not in "fi":
            assert source[cleaned.index(index)] == char


def test_joiners_stay_where_they_shape_letters_or_emoji() -> None:
    assert clean("می\u200cخواهم 👩\u200d🚀 Auf\u200clage") == "می\u200cخواهم 👩\u200d🚀 Auflage"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("en", "The lamp in the hall had burned low and nobody thought of it for the whole of that night."),
        ("de", "Die Lampe im Flur war ausgegangen, und sie wusste nicht, dass er mit der Katze auf sich wartete."),
        ("fr", "La lampe dans le couloir était éteinte et elle ne savait pas que les chats avec elle sur le lit."),
        ("es", "La lámpara de la casa no se había apagado, y los gatos que con su dueño por la noche para más."),
        ("en", "12345"),
    ],
)
def test_the_language_is_guessed_from_common_words(code: str, text: str) -> None:
    assert guess_language(text * 3) == code


def test_a_file_name_without_a_word_gives_way_to_the_opening_words() -> None:
    from audiobook.ingest.textfile import fallback_title

    story = "“Nobody counts the stairs,” she said. They all do, Mr. Bell."
    assert fallback_title("my_story-2", story) == "my story-2"
    assert fallback_title("000_345fd937c484", story) == "Nobody counts the stairs"
    assert fallback_title("17", "One two three four five six seven eight nine. Ten.") == "One two three four five six …"
    assert fallback_title("17", "...") == "17"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("At noon the bell rang “Come,” said Ned", "At noon the bell rang"),
        ("“Come!” said Ned.", "Come"),
        ("He said the “old ferry” was gone. It was.", "He said the"),
        ("“你去哪里？”老李问。", "你去哪里"),
        ("It's 3.5 miles to the pier. Go.", "It's 3.5 miles to the pier"),
        ("x" * 500, "x" * 58 + " …"),
        ("海" * 500, "海" * 28 + " …"),
    ],
)
def test_a_title_of_opening_words_is_short_and_never_half_a_speech(text: str, title: str) -> None:
    # Broke: "At noon the bell rang “Come,” said Ned" was cut inside its quotation marks or not at all.
    from audiobook.ingest.textfile import fallback_title

    assert fallback_title("17", text) == title
