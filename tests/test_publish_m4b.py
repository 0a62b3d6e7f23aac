from __future__ import annotations

import io
import os
import sys
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen.mp4 import MP4
from PIL import Image
from tone import RATE, make_audiobook, make_track

from audiobook import ffmpeg
from audiobook.book import Cover
from audiobook.errors import OutputError, SettingsError, ToolError, UsageError
from audiobook.publish import Edition, encode_ahead, encoded, pcm, publish, require_formats
from audiobook.publish.encoded import Codec, aac_frames, encode_joinable_aac
from audiobook.publish.m4b import joined_codec
from audiobook.settings import PROFILES, MetadataSettings, Profile, PublishSettings, Settings
from audiobook.verify import check

NATIVE = Settings(profile="native", profiles=(("native", Profile(aac_kbps=96)),))
"""Keeps the tracks' own rate, so that samples can be compared."""
HIGH = Settings(profile="high", profiles=(("high", Profile(aac_sample_rate=44_100)),))


def decoded(path: Path) -> np.ndarray:
    return np.concatenate(list(ffmpeg.decode(path, 1)))[:, 0]


def frames_of(path: Path) -> list[bytes]:
    stream = path.read_bytes()
    return [stream[place] for place in aac_frames(stream, path.name)]


def picture(size: tuple[int, int], colour: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(("chosen", "rate"), [(Settings(), RATE), (HIGH, 44_100)], ids=["the voice's rate", "44.1 kHz"])
def test_an_m4b_plays_with_chapters_at_their_samples(tmp_path: Path, chosen: Settings, rate: int) -> None:
    audiobook = make_audiobook(tmp_path)
    (path,) = publish(audiobook, "m4b", tmp_path / "out", chosen, "lamp").paths
    edition = Edition(audiobook, tmp_path, "lamp", chosen, tmp_path)
    timeline = edition.timeline()
    media = ffmpeg.probe(path)
    assert (media.codec, media.sample_rate, media.channels) == ("aac", rate, 1)
    assert len(decoded(path)) == timeline.frames
    starts = [round(chapter.start_s * rate, 3) for chapter in media.chapters]
    assert starts == list(timeline.starts)
    assert round(media.chapters[-1].end_s * rate, 3) == timeline.frames
    assert [chapter.title for chapter in media.chapters] == ["Chapter 1", "Chapter 2", "Chapter 3"]


def test_both_chapter_lists_are_written(tmp_path: Path) -> None:
    (path,) = publish(make_audiobook(tmp_path), "m4b", tmp_path, Settings(), "lamp").paths
    data = path.read_bytes()
    assert b"chpl" in data  # Nero's
    assert b"chap" in data  # the reference to QuickTime's text track
    assert [chapter.title for chapter in MP4(path).chapters] == ["Chapter 1", "Chapter 2", "Chapter 3"]
    assert data.index(b"moov") < data.index(b"mdat")


def test_more_chapters_than_nero_can_count_are_all_there(tmp_path: Path) -> None:
    tracks = tuple(make_track(tmp_path, number, 0.1) for number in range(1, 261))
    (path,) = publish(make_audiobook(tmp_path, *tracks), "m4b", tmp_path, NATIVE, "lamp").paths
    media = ffmpeg.probe(path)
    assert len(media.chapters) == 260
    assert media.chapters[-1].title == "Chapter 260"
    assert b"chpl" not in path.read_bytes()


def test_a_thousand_chapters_are_read_back(tmp_path: Path) -> None:
    # ffmpeg lists them twice in its log, with the line that matters in the middle.
    wav = make_track(tmp_path).path
    rows = "".join(
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={at}\nEND={at + 1}\ntitle=A chapter of the book {at}\n"
        for at in range(3000)
    )
    notes = tmp_path / "notes.txt"
    notes.write_text(";FFMETADATA1\n" + rows, encoding="utf-8")
    out = tmp_path / "a.m4b"
    arguments = (*ffmpeg.input_file(wav, "wav"), *ffmpeg.input_file(notes, "ffmetadata"))
    ffmpeg.run((*arguments, "-c:a", "aac", "-f", "ipod", ffmpeg.file_url(out)), place="x")
    assert len(ffmpeg.probe(out).chapters) == 3000


def test_joined_chapters_equal_one_long_encode(tmp_path: Path) -> None:
    audiobook = make_audiobook(tmp_path)
    edition = Edition(audiobook, tmp_path, "lamp", NATIVE, tmp_path / "store")
    codec = joined_codec(edition)
    parts = [frames_of(each.path) for each in encode_joinable_aac(edition, codec)]
    whole = tmp_path / "whole.aac"
    samples = np.concatenate(
        [block for track in audiobook.tracks for block in pcm.samples(track, RATE, edition.padded_frames(track))]
    )
    ffmpeg.encode([samples.astype("<i2").tobytes()], RATE, codec.options, whole, "adts", seconds=20)
    single = frames_of(whole)
    assert [len(part) for part in parts] == [
        edition.padded_frames(track) // 1024 + (1 if track.number == 1 else 0) for track in audiobook.tracks
    ]
    assert sum(len(part) for part in parts) == len(single)

    joined_file = tmp_path / "joined.aac"
    joined_file.write_bytes(b"".join(frame for part in parts for frame in part))
    joined, long, truth = decoded(joined_file)[1024:], decoded(whole)[1024:], samples / 32768
    assert len(joined) == len(long) == len(truth)
    for start in edition.timeline().starts[1:]:
        near = slice(start - 4096, start + 4096)
        lags = {lag: np.dot(joined[near], np.roll(truth, lag)[near]) for lag in range(-8, 9)}
        assert max(lags, key=lags.__getitem__) == 0
        error = np.sqrt(np.mean((joined[near] - truth[near]) ** 2))
        usual = np.sqrt(np.mean((long[near] - truth[near]) ** 2))
        assert error < 1.1 * usual + 1e-5


def test_an_edited_chapter_is_encoded_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store, calls = tmp_path / "store", []
    make = encoded._encode
    monkeypatch.setattr(encoded, "_encode", lambda *args: (calls.append(args[-1]), make(*args))[1])
    tracks = [make_track(tmp_path, number, 6.0) for number in (1, 2, 3, 4)]
    first = publish(make_audiobook(tmp_path, *tracks), "m4b", tmp_path / "a", Settings(), "lamp", store=store).paths[0]
    assert len(calls) == 4
    # Only the middle of the chapter changes: its head and tail are room tone as before.
    samples = np.concatenate(list(pcm.samples(tracks[1], RATE, tracks[1].frames))).copy()
    samples[2 * RATE : 3 * RATE] //= 2
    data = tracks[1].path.read_bytes()[:44] + samples.tobytes()
    tracks[1].path.write_bytes(data)
    second = publish(make_audiobook(tmp_path, *tracks), "m4b", tmp_path / "b", Settings(), "lamp", store=store).paths[0]
    assert len(calls) == 5
    assert first.read_bytes() != second.read_bytes()


@pytest.mark.parametrize("kind", ["m4b", "mp3", "opus"])
def test_chapters_encoded_ahead_are_found_when_publishing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    tracks, store, calls = [], tmp_path / "store", []
    plain = publish(make_audiobook(tmp_path), kind, tmp_path / "plain", Settings(), "lamp").paths
    chosen = replace(Settings(), formats=(kind, "srt"))
    for number in (1, 2, 3):
        tracks.append(make_track(tmp_path, number))
        if number > 1:
            encode_ahead(make_audiobook(tmp_path, *tracks), number - 2, chosen, store)
    encode_ahead(make_audiobook(tmp_path, *tracks), 2, chosen, store)
    monkeypatch.setattr(encoded, "_encode", calls.append)
    paths = publish(make_audiobook(tmp_path, *tracks), kind, tmp_path / "out", chosen, "lamp", store=store).paths
    assert not calls
    assert [path.read_bytes() for path in paths] == [path.read_bytes() for path in plain]


@pytest.mark.parametrize(
    ("formats", "cover", "error", "words"),
    [
        (("m4b", "mp4"), "", UsageError, "no format 'mp4'"),
        (("srt", "cue"), "", UsageError, "'cue' lists audio"),
        (("podcast",), "", UsageError, "publish.feed_url"),
        (("m4b",), "none.png", SettingsError, "none.png"),
    ],
)
def test_what_would_keep_packages_from_being_written_is_told_first(
    formats: tuple[str, ...], cover: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        require_formats(replace(Settings(), formats=formats, metadata=MetadataSettings(cover=cover)))
    require_formats(replace(Settings(), formats=("mp3", "m3u8", "cue")))


def test_the_book_holds_exactly_the_frames_that_were_measured(tmp_path: Path) -> None:
    audiobook = make_audiobook(tmp_path)
    edition = Edition(audiobook, tmp_path, "lamp", Settings(), tmp_path / "store")
    kept = encode_joinable_aac(edition, joined_codec(edition))
    (path,) = publish(audiobook, "m4b", tmp_path / "out", Settings(), "lamp", store=tmp_path / "store").paths
    taken = tmp_path / "taken.aac"
    arguments = (*ffmpeg.input_file(path, "mov"), "-map", "0:a:0", "-c", "copy", "-f", "adts", ffmpeg.file_url(taken))
    ffmpeg.run(arguments, place="taken")
    assert taken.read_bytes() == b"".join(each.path.read_bytes() for each in kept)


@pytest.mark.parametrize("kind", ["m4b", "mp3", "m4a", "opus", "flac", "wav"])
def test_what_was_measured_while_encoding_is_what_the_finished_file_measures(tmp_path: Path, kind: str) -> None:
    tracks = [make_track(tmp_path, number, 3.0 + number) for number in (1, 2, 3)]
    package = publish(make_audiobook(tmp_path, *tracks), kind, tmp_path / "out", Settings(), "lamp")
    assert [path for path, _ in package.measured] == list(package.paths)
    for path, levels in package.measured:
        (report,) = check([path], PROFILES["none"])
        assert report.levels is not None
        found, decoded_again = asdict(levels), asdict(report.levels)
        # The 400 ms blocks of loudness begin anew with each chapter, which shows in chapters of a few seconds.
        assert decoded_again.pop("lufs") == pytest.approx(found.pop("lufs"), abs=0.2 if kind == "m4b" else 0.001)
        assert decoded_again == pytest.approx(found, abs=0.011)


def test_a_damaged_kept_chapter_is_made_anew(tmp_path: Path) -> None:
    store = tmp_path / "store"
    audiobook = make_audiobook(tmp_path)
    good = publish(audiobook, "m4b", tmp_path, Settings(), "lamp", store=store).paths[0].read_bytes()
    for kept in store.rglob("*.aac"):
        kept.write_bytes(kept.read_bytes()[:-100])
    assert publish(audiobook, "m4b", tmp_path, Settings(), "lamp", store=store).paths[0].read_bytes() == good


@pytest.mark.parametrize("kind", ["m4b", "mp3", "m4a"])
def test_two_runs_write_the_same_bytes(tmp_path: Path, kind: str) -> None:
    audiobook = make_audiobook(tmp_path)
    one = publish(audiobook, kind, tmp_path / "one", replace(Settings(), jobs=1), "lamp").paths
    two = publish(audiobook, kind, tmp_path / "two", replace(Settings(), jobs=4), "lamp").paths
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert b"Lavf6" not in one[0].read_bytes()


def test_every_tag_that_players_read_is_there(tmp_path: Path) -> None:
    audiobook = make_audiobook(
        tmp_path,
        make_track(tmp_path),
        description="A tale. " * 60,
        series="Lights",
        series_part="2",
        subtitle="A Story",
        publisher="The Press",
        identifier="9780000000002",
        rights="Public domain",
        language="en-GB",
    )
    (path,) = publish(audiobook, "m4b", tmp_path, Settings(), "lamp").paths
    tags = MP4(path).tags
    assert tags["\xa9nam"] == tags["\xa9alb"] == ["The Lamp"]
    assert tags["\xa9ART"] == tags["aART"] == ["A. Writer"]
    assert tags["\xa9wrt"] == ["plain (silent)"]
    assert tags["\xa9day"] == ["1901"]
    assert (tags["soal"], tags["sonm"]) == (["Lamp, The"], ["Lamp, The"])
    assert tags["soar"] == tags["soaa"] == ["Writer, A."]
    assert tags["\xa9mvi"] == [2]
    assert tags["stik"] == [2]
    assert len(tags["desc"][0]) <= 255
    assert tags["ldes"][0].startswith("A tale. A tale.")
    assert "synthetic voices" in tags["\xa9cmt"][0]
    assert "silent:plain (CC0-1.0)" in tags["\xa9cmt"][0]
    free = {key.rpartition(":")[2]: bytes(values[0]).decode() for key, values in tags.items() if key.startswith("----")}
    assert free == {
        "SUBTITLE": "A Story",
        "NARRATOR": "plain (silent)",
        "PUBLISHER": "The Press",
        "SERIES": "Lights",
        "SERIES-PART": "2",
        "ISBN": "9780000000002",
        "LANGUAGE": "en-GB",
    }
    cover = Image.open(io.BytesIO(bytes(tags["covr"][0])))
    assert cover.size == (1400, 1400)
    assert len(cover.getcolors(1 << 24)) > 2, "the title is drawn"


def test_settings_win_over_the_book_and_can_stop_the_disclosure(tmp_path: Path) -> None:
    chosen = replace(
        Settings(),
        metadata=MetadataSettings(title="Mine", narrator="Ada"),
        publish=PublishSettings(disclose=False),
    )
    (path,) = publish(make_audiobook(tmp_path, make_track(tmp_path)), "m4b", tmp_path, chosen, "lamp").paths
    tags = MP4(path).tags
    assert (tags["\xa9nam"], tags["\xa9wrt"]) == (["Mine"], ["Ada"])
    assert "\xa9cmt" not in tags


@pytest.mark.parametrize(
    "title",
    ['Who said "no/yes"? \\ = ; #', "line\r\nbreak", "🦊 狐", "é" * 300, "   ", "<b>&amp;</b>"],
    ids=["signs", "newline", "emoji", "long", "blank", "markup"],
)
def test_odd_titles_survive_in_every_chapter_list(tmp_path: Path, title: str) -> None:
    audiobook = make_audiobook(tmp_path, make_track(tmp_path, 1, 1.0, title=title), title=title)
    (path,) = publish(audiobook, "m4b", tmp_path / "out", NATIVE, "lamp").paths
    (chapter,) = ffmpeg.probe(path).chapters
    wanted = " ".join(title.split()) or "Chapter 1"
    assert chapter.title == wanted.encode()[:255].decode("utf-8", "ignore")
    (track,) = publish(audiobook, "m4a", tmp_path / "out", NATIVE, "lamp").paths
    assert track.parent == tmp_path / "out" / "m4a"
    assert MP4(track).tags["\xa9nam"] == [wanted]


def test_a_cover_is_made_square_without_cutting(tmp_path: Path) -> None:
    book = replace(make_audiobook(tmp_path, make_track(tmp_path)), cover=Cover(picture((300, 600)), "image/png"))
    (path,) = publish(book, "m4b", tmp_path, Settings(), "lamp").paths
    cover = Image.open(io.BytesIO(bytes(MP4(path).tags["covr"][0])))
    assert cover.size == (1400, 1400)
    assert cover.getpixel((700, 5))[0] > 240
    assert cover.getpixel((5, 700))[0] < 200, "the ground beside it is darker"


def test_a_cover_that_cannot_be_read_is_an_error_only_when_asked_for(tmp_path: Path) -> None:
    book = replace(make_audiobook(tmp_path, make_track(tmp_path)), cover=Cover(b"no picture", "image/png"))
    (path,) = publish(book, "m4b", tmp_path, Settings(), "lamp").paths
    assert MP4(path).tags["covr"]
    chosen = replace(Settings(), metadata=MetadataSettings(cover=str(tmp_path / "none.png")))
    with pytest.raises(SettingsError, match=r"none\.png.*cannot be read"):
        publish(book, "m4b", tmp_path, chosen, "lamp")


@pytest.mark.parametrize(("kind", "near"), [("m4p", "m4b"), ("wma", "Known are m4b")])
def test_an_unknown_format_is_refused_with_the_nearest(tmp_path: Path, kind: str, near: str) -> None:
    with pytest.raises(UsageError, match=f"no format '{kind}'.*{near}"):
        publish(make_audiobook(tmp_path), kind, tmp_path, Settings(), "lamp")


def test_a_book_without_chapters_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no chapter to publish"):
        publish(replace(make_audiobook(tmp_path), tracks=()), "m4b", tmp_path, Settings(), "lamp")


@pytest.mark.parametrize("kind", ["m4b", "mp3"])
def test_a_missing_or_changed_track_is_named(tmp_path: Path, kind: str) -> None:
    track = make_track(tmp_path)
    with pytest.raises(ToolError, match=r"track-1\.wav.*holds 144000 frames"):
        publish(make_audiobook(tmp_path, replace(track, frames=9)), kind, tmp_path / "out", Settings(), "lamp")
    track.path.unlink()
    with pytest.raises(ToolError, match=r"track-1\.wav.*cannot be read"):
        publish(make_audiobook(tmp_path, track), kind, tmp_path / "out", Settings(), "lamp")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


@pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for ffmpeg")
@pytest.mark.parametrize(
    ("words", "error"), [("No space left on device", OutputError), ("Encoder is broken", ToolError)]
)
def test_a_failing_encoder_leaves_the_old_file_and_no_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: str, error: type[Exception]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "lamp.m4b").write_bytes(b"old")
    fake = tmp_path / "ffmpeg"
    fake.write_text(
        f"#!{sys.executable}\nimport sys\nif '-version' in sys.argv: sys.exit(0)\nsys.exit({words!r})\n",
        encoding="utf-8",
    )
    fake.chmod(0o755)
    monkeypatch.setenv("AUDIOBOOK_FFMPEG", str(fake))
    with pytest.raises(error, match=words):
        publish(make_audiobook(tmp_path), "m4b", out, Settings(), "lamp")
    assert [(path.name, path.read_bytes()) for path in out.iterdir()] == [("lamp.m4b", b"old")]


def test_a_long_book_is_divided_evenly_between_chapters(tmp_path: Path) -> None:
    tracks = tuple(make_track(tmp_path, number, 6.0) for number in range(1, 6))
    chosen = replace(NATIVE, publish=PublishSettings(part_hours=25 / 3600))
    audiobook = make_audiobook(tmp_path, *tracks)
    paths = publish(audiobook, "m4b", tmp_path / "out", chosen, "lamp").paths
    assert [path.name for path in paths] == ["lamp-1.m4b", "lamp-2.m4b"]
    assert [len(ffmpeg.probe(path).chapters) for path in paths] == [3, 2]
    for number, path in enumerate(paths, 1):
        tags = MP4(path).tags
        assert tags["\xa9nam"] == [f"The Lamp, part {number} of 2"]
        assert tags["\xa9alb"] == ["The Lamp"]
        assert tags["trkn"] == [(number, 2)]
        assert len(decoded(path)) == round(ffmpeg.probe(path).chapters[-1].end_s * RATE)
    captions = publish(audiobook, "srt", tmp_path / "out", chosen, "lamp").paths
    assert [path.name for path in captions] == ["lamp-1.srt", "lamp-2.srt"]
    assert [report.passed for report in check(paths + captions, NATIVE.delivery_standard())] == [True] * 4


def test_a_chapter_longer_than_a_part_stays_whole(tmp_path: Path) -> None:
    tracks = (make_track(tmp_path, 1, 5.0), make_track(tmp_path, 2, 1.0), make_track(tmp_path, 3, 1.0))
    chosen = replace(NATIVE, publish=PublishSettings(part_hours=2.5 / 3600))
    edition = Edition(make_audiobook(tmp_path, *tracks), tmp_path, "lamp", chosen, tmp_path)
    assert [len(part.audiobook.tracks) for part in edition.parts()] == [1, 2]


def test_a_book_within_the_limit_is_not_divided(tmp_path: Path) -> None:
    edition = Edition(make_audiobook(tmp_path), tmp_path, "lamp", NATIVE, tmp_path)
    assert edition.parts() == (edition,)


@pytest.mark.parametrize(("suffix", "form", "codec"), [(".aac", "adts", "aac"), (".mp3", "mp3", "libmp3lame")])
def test_a_chapter_whose_peaks_the_coder_lifted_is_encoded_again_with_these_held_lower(
    tmp_path: Path, suffix: str, form: str, codec: str
) -> None:
    # AAC once lifted a peak by 1.5 dB over the limit of shops, and the build failed with its files written.
    track = make_track(tmp_path)
    samples, rate = soundfile.read(track.path, dtype="int16")
    soundfile.write(track.path, np.where(abs(np.arange(len(samples)) - 3 * rate) < 200, samples, samples // 4), rate)
    audiobook = make_audiobook(tmp_path, track)
    options = ("-c:a", codec, "-b:a", "96k")

    def made(profile: Profile, store: str) -> encoded.Encoded:
        settings = Settings(profile="own", profiles=(("own", profile),))
        edition = Edition(audiobook, tmp_path, "lamp", settings, tmp_path / store)
        encode = encode_joinable_aac if codec == "aac" else encoded.encode_chapters
        return encode(edition, Codec(suffix, form, options, RATE))[0]

    free = made(Profile(peak_db=0.0, peak_limit_db=0.0), "free").measurement.levels
    limit = free.peak_db - 1.0
    held = made(Profile(peak_db=round(free.peak_db, 1), peak_limit_db=limit), "held").measurement.levels
    assert limit - 0.8 < held.peak_db <= limit
    assert held.rms_db == pytest.approx(free.rms_db, abs=0.5)


def test_an_identifier_that_is_no_isbn_is_not_called_one(tmp_path: Path) -> None:
    # The address of a web page stood in the tag of the ISBN.
    audiobook = make_audiobook(tmp_path, make_track(tmp_path), identifier="https://www.gutenberg.org/11")
    (path,) = publish(audiobook, "m4b", tmp_path, Settings(), "lamp").paths
    assert "----:com.apple.iTunes:ISBN" not in MP4(path).tags
