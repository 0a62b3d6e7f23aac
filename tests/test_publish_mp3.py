from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from mutagen.id3 import ID3
from mutagen.mp3 import MP3, BitrateMode
from tone import make_audiobook, make_track

from audiobook import ffmpeg
from audiobook.measure import Levels, Meter, measure_file
from audiobook.publish import publish
from audiobook.settings import PROFILES, PublishSettings, Settings
from audiobook.verify import check


def levels(path: Path) -> Levels:
    media = ffmpeg.probe(path)
    meter = Meter(media.sample_rate)
    for block in ffmpeg.decode(path, media.channels):
        meter.add(block)
    return meter.levels()


def test_mp3s_are_what_acx_asks_for(tmp_path: Path) -> None:
    paths = publish(make_audiobook(tmp_path), "mp3", tmp_path, Settings(), "lamp").paths
    assert [path.name for path in paths] == [f"0{number} - Chapter {number}.mp3" for number in (1, 2, 3)]
    for path in paths:
        info = MP3(path).info
        assert (round(info.bitrate, -2), info.sample_rate, info.channels) == (192_000, 44_100, 1)
        assert info.bitrate_mode is BitrateMode.CBR
    assert [report.problems for report in check(paths, PROFILES["acx"])] == [(), (), ()]


@pytest.mark.parametrize("kbps", [64, 128, 192, 224, 320])
def test_an_mp3_is_as_loud_as_its_track_at_every_bit_rate(tmp_path: Path, kbps: int) -> None:
    track = make_track(tmp_path)
    chosen = Settings(profile="p", profiles=(("p", replace(PROFILES["acx"], mp3_kbps=kbps)),))
    (path,) = publish(make_audiobook(tmp_path, track), "mp3", tmp_path, chosen, "lamp").paths
    assert abs(levels(path).rms_db - measure_file(track.path).rms_db) < 0.06
    assert abs(levels(path).duration_s - track.frames / track.sample_rate) < 0.001


def test_tags_are_id3_2_3_with_number_length_and_cover(tmp_path: Path) -> None:
    paths = publish(make_audiobook(tmp_path, year="1901"), "mp3", tmp_path, Settings(), "lamp").paths
    tags = ID3(paths[1], translate=False)
    assert tags.version == (2, 3, 0)
    assert tags["TIT2"].text == ["Chapter 2"]
    assert tags["TALB"].text == ["The Lamp"]
    assert tags["TPE1"].text == ["A. Writer"]
    assert tags["TCOM"].text == ["plain (silent)"]
    assert tags["TRCK"].text == ["2/3"]
    assert tags["TLEN"].text == ["6000"]
    assert (tags["TSOA"].text, tags["TSOP"].text, tags["TSO2"].text) == (["Lamp, The"], ["Writer, A."], ["Writer, A."])
    assert str(tags["TYER"].text[0]) == "1901"
    assert tags.getall("APIC")[0].data[:2] == b"\xff\xd8"
    assert "synthetic voices" in tags.getall("COMM")[0].text[0]


def test_id3_2_4_can_be_asked_for(tmp_path: Path) -> None:
    chosen = replace(Settings(), publish=PublishSettings(id3="2.4"))
    (path,) = publish(make_audiobook(tmp_path, make_track(tmp_path)), "mp3", tmp_path, chosen, "lamp").paths
    tags = ID3(path)
    assert tags.version == (2, 4, 0)
    assert str(tags["TDRC"].text[0]) == "1901"


def test_low_sampling_rates_take_the_highest_bit_rate_they_have(tmp_path: Path) -> None:
    chosen = replace(Settings(), profile="streaming")
    (path,) = publish(make_audiobook(tmp_path, make_track(tmp_path)), "mp3", tmp_path, chosen, "lamp").paths
    info = MP3(path).info
    assert (info.sample_rate, info.bitrate) == (24_000, 160_000)


def test_equal_titles_get_files_of_their_own(tmp_path: Path) -> None:
    tracks = tuple(make_track(tmp_path, number, 1.0, title="../Same:\n" + "x" * 300) for number in (1, 2))
    paths = publish(make_audiobook(tmp_path, *tracks), "mp3", tmp_path / "out", Settings(), "lamp").paths
    assert len(set(paths)) == 2
    assert all(path.parent == tmp_path / "out" / "mp3" and len(path.name.encode()) <= 120 for path in paths)


def test_files_of_chapters_that_were_renamed_do_not_stay(tmp_path: Path) -> None:
    out = tmp_path / "out"
    tracks = [make_track(tmp_path, number, 1.0) for number in (1, 2)]
    publish(make_audiobook(tmp_path, *tracks), "mp3", out, Settings(), "lamp")
    own = out / "mp3" / "03 - Mine.mp3"
    own.write_bytes(b"")
    tracks[1] = replace(tracks[1], title="Another")
    publish(make_audiobook(tmp_path, *tracks), "mp3", out, Settings(), "lamp")
    names = [path.name for path in sorted((out / "mp3").iterdir())]
    assert names == ["01 - Chapter 1.mp3", "02 - Another.mp3", "03 - Mine.mp3"]


def test_a_forged_note_deletes_nothing_outside(tmp_path: Path) -> None:
    out, precious = tmp_path / "out", tmp_path / "precious"
    precious.write_bytes(b"")
    (out / ".audiobook").mkdir(parents=True)
    (out / ".audiobook" / "lamp.mp3.files").write_text(f"../precious\n{precious}\n", encoding="utf-8")
    publish(make_audiobook(tmp_path, make_track(tmp_path, 1, 1.0)), "mp3", out, Settings(), "lamp")
    assert precious.exists()
