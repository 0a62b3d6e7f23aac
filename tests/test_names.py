from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audiobook.errors import OutputError
from audiobook.names import MAX_BYTES, contained, one_line, safe_name, slug

FORBIDDEN = set('<>:"/\\|?*') | {chr(code) for code in range(32)}


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Alice's Adventures in Wonderland", "alices-adventures-in-wonderland"),
        ("  The Lamp: a story!  ", "the-lamp-a-story"),
        ("Война и мир", "война-и-мир"),
        ("Cafe\u0301 Noir", "café-noir"),
        ("../../etc/passwd", "etc-passwd"),
        ("CON", "_con"),
        ("🦊", "audiobook"),
        ("", "audiobook"),
        ("吾輩は猫である", "吾輩は猫である"),
    ],
)
def test_slug_is_words_joined_by_hyphens(title: str, expected: str) -> None:
    assert slug(title) == expected


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ('Who said "no/yes"?', "Who said no yes.mp3"),
        ("-rf", "rf.mp3"),
        (".hidden", "hidden.mp3"),
        ("Wait...", "Wait.mp3"),
        ("one\r\ntwo\ttabs", "one two tabs.mp3"),
        ("nul", "_nul.mp3"),
        ("COM1.txt", "_COM1.txt.mp3"),
        ("🦊 fox", "🦊 fox.mp3"),
        ("///", "untitled.mp3"),
    ],
)
def test_safe_name_is_readable_and_allowed(title: str, expected: str) -> None:
    assert safe_name(title, ".mp3") == expected


@given(st.text(max_size=400))
def test_every_text_becomes_a_legal_name(text: str) -> None:
    for name in (safe_name(text, ".mp3"), slug(text)):
        assert 0 < len(name.encode("utf-8")) <= MAX_BYTES
        assert not FORBIDDEN & set(name)
        assert name[0] not in "-. "
        assert name[-1] not in ". "
        assert name == unicodedata.normalize("NFC", name)


@given(st.text(max_size=200))
def test_one_line_has_no_line_break(text: str) -> None:
    assert len(one_line(text).splitlines()) <= 1


def test_long_names_are_cut_between_characters() -> None:
    name = safe_name("é" * 300, ".mp3")
    assert name == "é" * 58 + ".mp3"


def test_a_path_outside_the_folder_is_refused(tmp_path: Path) -> None:
    assert contained(tmp_path, "a/b.mp3") == tmp_path / "a" / "b.mp3"
    with pytest.raises(OutputError, match="outside"):
        contained(tmp_path, "../b.mp3")
