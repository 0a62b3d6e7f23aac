from __future__ import annotations

import io
import re
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from mutagen.flac import FLAC, Picture
from mutagen.id3 import ID3
from mutagen.oggopus import OggOpus
from mutagen.wave import WAVE
from PIL import Image
from tone import RATE, make_audiobook, make_track

from audiobook import ffmpeg
from audiobook.audio import Package, Track
from audiobook.errors import UsageError
from audiobook.publish import PACKAGES, Edition, publish
from audiobook.settings import PROFILES, Profile, PublishSettings, Settings
from audiobook.verify import check

ELSEWHERE = {"m4b", "mp3", "m4a", "epub", "lpf", "readium", "audiobookshelf", "podcast"}
"""Kinds whose own tests prove that two runs are equal."""
NATIVE = Settings(profile="native", profiles=(("native", Profile()),))


@pytest.mark.parametrize("kind", [kind for kind in PACKAGES if kind not in ELSEWHERE])
def test_two_runs_write_the_same_bytes(tmp_path: Path, kind: str) -> None:
    audiobook, chosen = make_audiobook(tmp_path), replace(Settings(), formats=("m4b", kind))
    one = publish(audiobook, kind, tmp_path / "one", chosen, "lamp").paths
    two = publish(audiobook, kind, tmp_path / "two", replace(chosen, jobs=1), "lamp").paths
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]


@pytest.mark.parametrize("kind", ["mp3-single", "opus", "flac", "wav", "m4a"])
def test_every_format_passes_the_check_for_levels(tmp_path: Path, kind: str) -> None:
    paths = publish(make_audiobook(tmp_path), kind, tmp_path / "out", Settings(), "lamp").paths
    assert [report.problems for report in check(paths, PROFILES["acx"])] == [()] * len(paths)


def test_flac_and_wav_hold_the_master_itself(tmp_path: Path) -> None:
    audiobook = make_audiobook(tmp_path)
    for kind in ("flac", "wav"):
        for path, track in zip(
            publish(audiobook, kind, tmp_path / "out", NATIVE, "lamp").paths, audiobook.tracks, strict=True
        ):
            samples, rate = soundfile.read(path, dtype="int16")
            master, _ = soundfile.read(track.path, dtype="int16")
            assert rate == RATE
            assert np.array_equal(samples, master)
    with wave.open(str(tmp_path / "out" / "wav" / "01 - Chapter 1.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (1, 2)


def test_flac_and_opus_carry_comments_and_a_picture(tmp_path: Path) -> None:
    audiobook = make_audiobook(tmp_path, make_track(tmp_path, title="Über\nalles"), series="Lights", series_part="2")
    (flac,) = publish(audiobook, "flac", tmp_path, Settings(), "lamp").paths
    (opus,) = publish(audiobook, "opus", tmp_path, Settings(), "lamp").paths
    for tags in (FLAC(flac).tags, OggOpus(opus).tags):
        assert tags["title"] == ["Über alles"]
        assert tags["album"] == ["The Lamp"]
        assert tags["artist"] == ["A. Writer"]
        assert tags["performer"] == ["plain (silent)"]
        assert (tags["tracknumber"], tags["tracktotal"]) == (["1"], ["1"])
        assert (tags["series"], tags["series-part"]) == (["Lights"], ["2"])
        assert "synthetic voices" in tags["comment"][0]
    assert Image.open(io.BytesIO(FLAC(flac).pictures[0].data)).size == (1400, 1400)
    import base64

    picture = Picture(base64.b64decode(OggOpus(opus).tags["metadata_block_picture"][0]))
    assert Image.open(io.BytesIO(picture.data)).size == (600, 600)


def test_opus_is_as_long_and_as_loud_as_its_track(tmp_path: Path) -> None:
    track = make_track(tmp_path)
    (path,) = publish(make_audiobook(tmp_path, track), "opus", tmp_path, NATIVE, "lamp").paths
    (report,) = check([path], PROFILES["none"])
    assert report.duration_s == pytest.approx(track.frames / RATE, abs=0.02)
    assert report.levels is not None
    assert report.levels.rms_db == pytest.approx(-20.5, abs=0.5)


def test_one_mp3_has_its_chapters_in_order(tmp_path: Path) -> None:
    titles = ("A very long title of a chapter that mutagen would sort to the end", "B", "Chapter the third")
    tracks = tuple(make_track(tmp_path, number, title=title) for number, title in enumerate(titles, 1))
    audiobook = make_audiobook(tmp_path, *tracks)
    (path,) = publish(audiobook, "mp3-single", tmp_path, Settings(), "lamp").paths
    starts = [start / 24 for start in Edition(audiobook, tmp_path, "x", Settings(), tmp_path).timeline().starts]
    tags = ID3(path)
    (table,) = tags.getall("CTOC")
    assert table.child_element_ids == ["chp0", "chp1", "chp2"]
    chapters = [tags[f"CHAP:{name}"] for name in table.child_element_ids]
    assert [chapter.start_time for chapter in chapters] == [round(start) for start in starts]
    assert [str(chapter.sub_frames["TIT2"]) for chapter in chapters] == list(titles)
    media = ffmpeg.probe(path)
    assert tuple(chapter.title for chapter in media.chapters) == titles
    assert [chapter.start_s * 1000 for chapter in media.chapters] == pytest.approx(starts, abs=1)
    (report,) = check([path], PROFILES["none"])
    assert report.duration_s * 1000 == pytest.approx(chapters[-1].end_time, abs=1)


def test_one_mp3_is_encoded_again_only_when_a_chapter_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # It was encoded whole at each build, an hour of book for a minute of processor, and its peaks were not checked.
    encodings = []
    encode = ffmpeg.encode

    def count(*arguments: Any, **options: Any) -> None:
        encodings.append(arguments)
        encode(*arguments, **options)

    monkeypatch.setattr(ffmpeg, "encode", count)
    tracks = (make_track(tmp_path, 1), make_track(tmp_path, 2))
    store = tmp_path / "store"

    def build(name: str, *chapters: Track) -> Package:
        return publish(make_audiobook(tmp_path, *chapters), "mp3-single", tmp_path / name, Settings(), "x", store=store)

    first, again = build("a", *tracks), build("b", *tracks)
    assert len(encodings) == 1
    assert first.paths[0].read_bytes() == again.paths[0].read_bytes()
    ((path, levels),) = again.measured
    assert path == again.paths[0]
    assert check((path,), PROFILES["acx"])[0].levels == levels
    changed = make_track(tmp_path, 2, 5.0)
    build("c", tracks[0], changed)
    assert len(encodings) == 2


@pytest.mark.parametrize("version", ["2.3", "2.4"])
def test_more_chapters_than_a_table_holds_are_nested(tmp_path: Path, version: str) -> None:
    tracks = tuple(make_track(tmp_path, number, 0.1) for number in range(1, 261))
    chosen = replace(NATIVE, publish=replace(NATIVE.publish, id3=version))
    (path,) = publish(make_audiobook(tmp_path, *tracks), "mp3-single", tmp_path, chosen, "lamp").paths
    tags = ID3(path)
    tables = {table.element_id: table for table in tags.getall("CTOC")}
    assert tables["toc"].child_element_ids == ["toc0", "toc1"]
    assert tables["toc"].flags & 2
    below = tables["toc0"].child_element_ids + tables["toc1"].child_element_ids
    assert below == [f"chp{number}" for number in range(260)]
    assert [chapter.title for chapter in ffmpeg.probe(path).chapters] == [f"Chapter {n}" for n in range(1, 261)]


def test_a_playlist_names_files_that_are_there(tmp_path: Path) -> None:
    chosen = replace(Settings(), formats=("opus", "m3u8"))
    audiobook = make_audiobook(tmp_path, make_track(tmp_path, 1, title="#EXTM3U\nhttp://bad"), make_track(tmp_path, 2))
    for kind in chosen.formats:
        (path, *_) = publish(audiobook, kind, tmp_path / "out", chosen, "lamp").paths
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["#EXTM3U", "#PLAYLIST:The Lamp"]
    assert lines[2].startswith("# Read by synthetic voices")
    assert lines[3] == "#EXTINF:6,#EXTM3U http://bad"
    files = [line for line in lines if not line.startswith("#")]
    assert len(files) == 2
    assert all((tmp_path / "out" / file).is_file() for file in files)


def test_a_cue_sheet_points_into_the_one_file(tmp_path: Path) -> None:
    chosen = replace(Settings(), formats=("cue", "mp3-single"))
    audiobook = make_audiobook(tmp_path, make_track(tmp_path, 1, 90.5, title='Say "hi"'), make_track(tmp_path, 2))
    (path,) = publish(audiobook, "cue", tmp_path, chosen, "lamp").paths
    text = path.read_bytes().decode("utf-8")
    assert text.count("\r\n") == text.count("\n")
    assert 'FILE "lamp.mp3" MP3' in text
    assert 'TITLE "Say ”hi”"' in text
    assert re.findall(r"INDEX 01 (\S+)", text) == ["00:00:00", "01:30:40"]


def test_a_cue_sheet_of_chapters_has_a_file_each(tmp_path: Path) -> None:
    chosen = replace(Settings(), formats=("flac", "cue"))
    (path,) = publish(make_audiobook(tmp_path), "cue", tmp_path, chosen, "lamp").paths
    text = path.read_text(encoding="utf-8")
    assert re.findall(r'FILE "(.+)" WAVE', text) == [f"flac/0{number} - Chapter {number}.flac" for number in (1, 2, 3)]
    assert re.findall(r"INDEX 01 (\S+)", text) == ["00:00:00"] * 3


@pytest.mark.parametrize("kind", ["m3u8", "cue"])
def test_a_list_of_nothing_is_refused(tmp_path: Path, kind: str) -> None:
    with pytest.raises(UsageError, match=f"--formats m4b,{kind}"):
        publish(make_audiobook(tmp_path), kind, tmp_path, replace(Settings(), formats=(kind,)), "lamp")


def test_karaoke_lengths_add_up_to_the_captions(tmp_path: Path) -> None:
    texts = ("The {lamp} had \\N gone out, and nobody at all in that dark house would say a word about why.",)
    track = make_track(tmp_path, 1, 9.7, texts=texts, speakers=("Ann, the maid",))
    (path,) = publish(make_audiobook(tmp_path, track), "ass", tmp_path, Settings(), "lamp").paths
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("Dialogue:")]
    assert lines
    for line in lines:
        fields = line.split(",", 9)
        assert fields[4] == "Ann; the maid"
        start, end = (_hundredths(clock) for clock in fields[1:3])
        assert sum(int(length) for length in re.findall(r"\{\\k(\d+)\}", fields[9])) == end - start
    assert "\\{lamp\\}" in lines[0]
    assert "\\\u2060N" in lines[0]


def _hundredths(clock: str) -> int:
    hours, minutes, seconds, rest = re.split("[:.]", clock)
    return (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * 100 + int(rest)


def test_ass_is_read_by_ffmpeg(tmp_path: Path) -> None:
    (path,) = publish(make_audiobook(tmp_path), "ass", tmp_path, Settings(), "lamp").paths
    out, _ = ffmpeg.run((*ffmpeg.input_file(path, "ass"), "-f", "srt", "pipe:1"), place="x")
    assert out.decode().count("-->") == 3
    assert "The lamp had gone out,\nand nobody" in re.sub("<[^>]*>", "", out.decode().replace("\r", ""))


def test_lyrics_have_word_times_where_the_engine_gave_them(tmp_path: Path) -> None:
    tracks = (make_track(tmp_path, 1, texts=("Nobody came.",), words=True), make_track(tmp_path, 2, texts=("Why?",)))
    (path,) = publish(make_audiobook(tmp_path, *tracks), "lrc", tmp_path, Settings(), "lamp").paths
    assert path.read_text(encoding="utf-8").splitlines() == [
        "[ti:The Lamp]",
        "[ar:A. Writer]",
        "[by:plain (silent)]",
        "[length:00:12]",
        "[#:Read by synthetic voices (text to speech): silent:plain (CC0-1.0).]",
        "[00:00.75]<00:00.75>Nobody <00:02.38>came. <00:04.00>",
        "[00:06.77]Why?",
    ]


def test_a_wav_is_tagged_like_an_mp3(tmp_path: Path) -> None:
    # It had no tags, so neither its title nor the synthetic voices were named anywhere in it.
    (path,) = publish(make_audiobook(tmp_path, make_track(tmp_path)), "wav", tmp_path / "out", Settings(), "lamp").paths
    tags = WAVE(path).tags
    assert (tags["TIT2"].text, tags["TALB"].text, tags["TRCK"].text) == (["Chapter 1"], ["The Lamp"], ["1/1"])
    assert "synthetic voices" in tags.getall("COMM")[0].text[0]
    assert ffmpeg.probe(path).duration_s == pytest.approx(6.0)
    with wave.open(str(path)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getnframes()) == (1, 2, 6 * 44_100)


@pytest.mark.parametrize("kind", ["vtt", "ass", "lrc", "cue"])
def test_synthetic_voices_are_named_in_lists_and_captions(tmp_path: Path, kind: str) -> None:
    chosen = replace(Settings(), formats=("m4b", kind))
    audiobook = make_audiobook(tmp_path, make_track(tmp_path))
    notice = "Read by synthetic voices (text to speech): silent:plain (CC0-1.0)."
    (path,) = publish(audiobook, kind, tmp_path / "out", chosen, "lamp").paths
    assert notice in path.read_text(encoding="utf-8")
    plain = replace(chosen, publish=PublishSettings(disclose=False))
    (path,) = publish(audiobook, kind, tmp_path / "out", plain, "lamp").paths
    assert "synthetic" not in path.read_text(encoding="utf-8")
