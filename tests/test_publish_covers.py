from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features
from tone import make_audiobook, make_track

from audiobook.book import Cover
from audiobook.publish import Edition, fonts, publish
from audiobook.publish.covers import cover_jpeg, cover_notes
from audiobook.settings import Settings


@pytest.fixture(autouse=True)
def no_system_fonts(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(fonts, "_system_fonts", list)
    fonts.face_for.cache_clear()
    yield
    fonts.face_for.cache_clear()


def edition(folder: Path, title: str, author: str = "") -> Edition:
    return Edition(
        make_audiobook(folder, make_track(folder), title=title, author=author), folder, "x", Settings(), folder
    )


def white(picture: bytes, top: float, bottom: float) -> np.ndarray:
    """Return where letters are, in a band of the cover."""
    image = np.asarray(Image.open(io.BytesIO(picture)).convert("L"))
    side = len(image)
    return np.argwhere(image[round(top * side) : round(bottom * side)] > 220)


@pytest.mark.parametrize(
    ("title", "author"),
    [
        ("The Lamp", "A. Writer"),
        ("Война и мир", "Лев Толстой"),
        ("Ἰλιάς", "Ὅμηρος"),
        ("מסעות", "מנדלי"),
        ("ألف ليلة وليلة", "نجيب محفوظ"),
        ("गोदान", "प्रेमचंद"),
        ("สี่แผ่นดิน", "คึกฤทธิ์"),
        ("Żółć", "Nguyễn"),
    ],
)
def test_titles_of_many_alphabets_stand_on_the_made_cover(tmp_path: Path, title: str, author: str) -> None:
    # Only Latin letters were drawn; all others left an empty cover, on a machine without fonts of its own too.
    assert features.check("raqm")
    made = edition(tmp_path, title, author)
    assert not cover_notes(made)
    assert len(white(cover_jpeg(made), 0.1, 0.65)) > 500
    assert len(white(cover_jpeg(made), 0.75, 0.9)) > 200


def test_without_a_font_the_cover_stays_plain_and_the_build_says_so_once(tmp_path: Path) -> None:
    chosen = replace(Settings(), formats=("srt", "m4b", "mp3"))
    audiobook = edition(tmp_path, "紅樓夢").audiobook
    assert not len(white(cover_jpeg(edition(tmp_path, "紅樓夢")), 0.1, 0.65))
    notes = [publish(audiobook, kind, tmp_path / "out", chosen, "hong").notes for kind in chosen.formats]
    assert [len(each) for each in notes] == [0, 1, 0]
    assert "no font here has the letters of '紅樓夢'" in notes[1][0]


def test_letters_that_must_be_joined_need_the_library_that_joins_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_can_shape", lambda: False)
    assert cover_notes(edition(tmp_path, "ألف ليلة"))
    assert cover_notes(edition(tmp_path, "गोदान"))
    assert not cover_notes(edition(tmp_path, "Война"))


def test_signs_that_the_font_does_not_have_are_left_out(tmp_path: Path) -> None:
    # An emoji beside letters that the font has stood there as a box.
    assert cover_jpeg(edition(tmp_path, "The Lamp")) != cover_jpeg(edition(tmp_path, "The Lump"))
    faces = fonts.face_for("The 🎉 Lamp")
    assert faces is not None
    assert faces.lacks("The 🎉 Lamp") == {"🎉"}


@pytest.mark.parametrize("title", ["x" * 300, "A " * 200, "Donaudampfschifffahrtsgesellschaftskapitän"])
def test_a_long_title_stays_inside_the_frame(tmp_path: Path, title: str) -> None:
    # A word of 300 letters ran over both edges.
    places = white(cover_jpeg(edition(tmp_path, title)), 0.1, 0.65)
    assert len(places) > 500
    assert places[:, 1].min() > 0.05 * 1400
    assert places[:, 1].max() < 0.95 * 1400


def test_a_damaged_font_of_the_system_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken.ttf"
    broken.write_bytes(b"no font")
    monkeypatch.setattr(fonts, "_system_fonts", lambda: [broken])
    assert cover_notes(edition(tmp_path, "紅樓夢"))


def test_a_cover_of_the_book_needs_no_font(tmp_path: Path) -> None:
    out = io.BytesIO()
    Image.new("RGB", (50, 50), "red").save(out, "PNG")
    made = edition(tmp_path, "紅樓夢")
    covered = replace(made, audiobook=replace(made.audiobook, cover=Cover(out.getvalue(), "image/png")))
    assert not cover_notes(covered)


def test_a_small_cover_shows_the_same_lines_as_a_large_one(tmp_path: Path) -> None:
    # Letters were never set below 16 pixels, so the pictures of a shelf's page lost the last words of a title.
    made = edition(tmp_path, "Maxime Alimbekova was no ordinary ballet dancer")
    heights = []
    for side in (160, 1400):
        rows = white(cover_jpeg(made, side), 0.1, 0.65)[:, 0]
        heights.append((rows.max() - rows.min()) / side)
    assert heights[0] == pytest.approx(heights[1], abs=0.06)
