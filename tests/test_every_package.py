"""Every kind of package of one small book, built by the program twice and read by others' readers."""

from __future__ import annotations

import json
import re
import subprocess
import wave
import zipfile
from pathlib import Path

import mutagen.flac
import mutagen.id3
import mutagen.mp3
import mutagen.mp4
import mutagen.oggopus
import pytest
import soundfile
from bookmaker import Prose
from lxml import etree

from audiobook import ffmpeg
from audiobook.cli import main
from audiobook.publish import PACKAGES

FEED = "https://books.example/lamp"
TITLES = ["Opening Credits", "Chapter 1: The Wreck", "Chapter 2: AUX/CON?", "Closing Credits"]


def make(folder: Path, cache: Path, jobs: int) -> Path:
    prose = Prose()
    source = folder / "the story.txt"
    source.parent.mkdir(parents=True)
    talk = "“Who is there?” asked Ada. “Only I,” said Tom."
    chapters = [f"{title}\n\n{prose.body(1)}\n\n{talk}\n" for title in TITLES[1:-1]]
    source.write_text("The Lamp\n\nby Ann Lee\n\n" + "\n\n".join(chapters), "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOBOOK_CACHE", str(cache))
        arguments = [
            "build",
            str(source),
            "--engine",
            "silent",
            "--jobs",
            str(jobs),
            "--credits",
            "--formats",
            ",".join(PACKAGES),
        ]
        assert main([*arguments, "--set", f"publish.feed_url={FEED}", "-o", str(folder / "out"), "-q"]) == 0
    return folder / "out"


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("every")
    return make(home / "one", home / "cache one", jobs=1)


def files(folder: Path) -> dict[str, bytes]:
    hidden = ".audiobook"
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and hidden not in path.parts
    }


def only(out: Path, pattern: str) -> Path:
    (found,) = out.glob(pattern)
    return found


def test_two_builds_in_two_places_write_the_same_bytes(out: Path, tmp_path: Path) -> None:
    other = make(tmp_path / "quite another place" / "two", tmp_path / "cache two", jobs=3)
    first, second = files(out), files(other)
    assert list(first) == list(second)
    assert [name for name, data in first.items() if second[name] != data] == []


def test_every_kind_left_something(out: Path) -> None:
    notes = (out / ".audiobook").glob("*.files")
    noted = {path.name.partition(".")[0]: path.read_text("utf-8").splitlines() for path in notes}
    assert set(noted) == set(PACKAGES)
    assert all(noted.values())
    assert all((out / name).is_file() for names in noted.values() for name in names)


def test_the_check_command_finds_no_fault(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(out), "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(row["passed"] for row in rows)
    assert {Path(row["path"]).suffix for row in rows} == {
        ".m4b",
        ".mp3",
        ".m4a",
        ".opus",
        ".flac",
        ".wav",
        ".srt",
        ".vtt",
    }


def test_mutagen_reads_the_m4b(out: Path) -> None:
    book = mutagen.mp4.MP4(only(out, "*.m4b"))
    assert [chapter.title for chapter in book.chapters or ()] == TITLES
    assert book.tags is not None
    assert book.tags["stik"] == [2]
    assert book.tags["covr"]
    assert ffmpeg.probe(only(out, "*.m4b")).duration_s == pytest.approx(book.info.length, abs=0.1)


def test_mutagen_reads_the_chapters_of_the_single_mp3(out: Path) -> None:
    tags = mutagen.id3.ID3(out / "the-lamp.mp3")
    (contents,) = tags.getall("CTOC")
    assert [str(tags[f"CHAP:{name}"].sub_frames["TIT2"]) for name in contents.child_element_ids] == TITLES
    last = tags[f"CHAP:{contents.child_element_ids[-1]}"]
    sound = mutagen.mp3.MP3(out / "the-lamp.mp3")
    assert sound.info
    assert last.end_time / 1000 == pytest.approx(sound.info.length, abs=0.1)


@pytest.mark.parametrize(("kind", "key"), [("mp3", "TIT2"), ("m4a", "\xa9nam"), ("opus", "title"), ("flac", "title")])
def test_mutagen_reads_every_chapter(out: Path, kind: str, key: str) -> None:
    paths = sorted((out / kind).iterdir())
    names = ["Opening Credits", "Chapter 1 The Wreck", "Chapter 2 AUX CON", "Closing Credits"]
    assert [path.stem[5:] for path in paths] == names
    lengths = [soundfile.info(out / "wav" / f"{path.stem}.wav").duration for path in paths]
    for path, title, length in zip(paths, TITLES, lengths, strict=True):
        file = mutagen.File(path)
        assert title in str(file[key])
        assert file.info.length == pytest.approx(length, abs=0.1)


def test_the_wav_is_plain_pcm(out: Path) -> None:
    for path in (out / "wav").iterdir():
        with wave.open(str(path)) as file:
            assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 44_100)


def test_the_sample_is_a_short_mp3(out: Path) -> None:
    sample = mutagen.mp3.MP3(out / "the-lamp-sample.mp3")
    assert sample.info is not None
    assert 60 <= sample.info.length <= 300
    assert sample.info.bitrate == 192_000


def test_lists_name_files_that_are_there(out: Path) -> None:
    lines = only(out, "*.m3u8").read_text("utf-8").splitlines()
    assert [name for name in lines if name[:1] != "#"] == [
        path.relative_to(out).as_posix() for path in sorted((out / "mp3").iterdir())
    ]
    sheet = only(out, "*.cue").read_bytes().decode("utf-8")
    assert re.findall(r'FILE "(.*)" ', sheet) in (["the-lamp.mp3"], ["the-lamp.m4b"])
    assert re.findall(r'    TITLE "(.*)"', sheet) == TITLES


@pytest.mark.parametrize("kind", ["srt", "vtt", "ass", "lrc"])
def test_ffmpeg_reads_the_captions(out: Path, kind: str) -> None:
    read = ffmpeg_captions(only(out, f"*.{kind}"))
    assert "Narrated by" in read
    assert read.count("Who is there?") == 2
    reference = ffmpeg_captions(only(out, "*.srt"))
    assert len(re.findall("-->", read)) == len(re.findall("-->", reference))


def ffmpeg_captions(path: Path) -> str:
    """Return what ffmpeg understands of a file of captions, as SubRip without styles."""
    program = ffmpeg.executable()
    command = [program, "-v", "error", "-i", str(path), "-f", "srt", "-"]
    text = subprocess.run(command, capture_output=True, check=True).stdout.decode("utf-8")
    return re.sub(r"<[^>]*>|\{[^}]*\}", "", text)


def test_containers_are_whole_and_name_what_they_hold(out: Path) -> None:
    for name, manifest, order in (
        ("the-lamp.lpf", "publication.json", "url"),
        ("the-lamp.audiobook", "manifest.json", "href"),
    ):
        with zipfile.ZipFile(out / name) as archive:
            assert archive.testzip() is None
            facts = json.loads(archive.read(manifest))
            links = [each[order] for part in ("readingOrder", "resources") for each in facts[part]]
            assert set(links) <= set(archive.namelist())
            assert [each.get("name") or each.get("title") for each in facts["readingOrder"]] == TITLES
    with zipfile.ZipFile(out / "the-lamp.epub") as archive:
        assert archive.testzip() is None
        for name in archive.namelist():
            if name.endswith((".xhtml", ".opf", ".smil", ".xml")):
                etree.fromstring(archive.read(name))


def test_the_w3c_manifest_has_all_that_is_required(out: Path) -> None:
    with zipfile.ZipFile(out / "the-lamp.lpf") as archive:
        facts = json.loads(archive.read("publication.json"))
        contents = etree.HTML(archive.read("index.html"))
    assert facts["@context"][:2] == ["https://schema.org", "https://www.w3.org/ns/pub-context"]
    assert facts["conformsTo"] == "https://www.w3.org/TR/audiobooks/"
    seconds = [float(each["duration"].removeprefix("PT").removesuffix("S")) for each in facts["readingOrder"]]
    assert float(facts["duration"][2:-1]) == pytest.approx(sum(seconds), abs=0.01)
    assert {"abridged", "accessMode", "author", "inLanguage", "readBy", "resources", "dateModified", "id"} <= set(facts)
    assert len({each["url"] for each in facts["readingOrder"]}) == len(TITLES)
    assert contents.xpath("//*[@role='doc-toc']")


def test_the_feed_links_to_files_that_are_there(out: Path) -> None:
    feed = etree.parse(out / "podcast" / "feed.xml")
    items = feed.findall(".//item")
    assert [item.findtext("title") for item in items] == TITLES
    for item in items:
        enclosure = item.find("enclosure")
        assert enclosure is not None
        path = out / "podcast" / enclosure.get("url", "").removeprefix(f"{FEED}/")
        assert path.stat().st_size == int(enclosure.get("length", ""))
        links = [each.get("url", "") for each in item if each.tag.startswith("{https://podcastindex.org")]
        assert len(links) == 2
        assert all((out / "podcast" / link.removeprefix(f"{FEED}/")).is_file() for link in links)


def test_audiobookshelf_finds_times_that_meet(out: Path) -> None:
    facts = json.loads((out / "metadata.json").read_text("utf-8"))
    assert [chapter["title"] for chapter in facts["chapters"]] == TITLES
    edges = [(chapter["start"], chapter["end"]) for chapter in facts["chapters"]]
    assert edges[0][0] == 0
    assert [end for _, end in edges[:-1]] == [start for start, _ in edges[1:]]
    book = mutagen.mp4.MP4(only(out, "*.m4b"))
    assert book.info
    assert edges[-1][1] == pytest.approx(book.info.length, abs=0.1)
