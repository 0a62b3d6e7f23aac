from __future__ import annotations

import wave
from dataclasses import replace
from pathlib import Path

import mutagen.mp3
import numpy as np
import pytest
import soundfile
from tone import RATE, make_audiobook, make_track

from audiobook.audio import Mark, Track
from audiobook.cli import main
from audiobook.publish import publish
from audiobook.publish.sample import choose_cut
from audiobook.settings import PROFILES, Settings
from audiobook.verify import check

PROSE = "It was dark. " * 3


def track(*marks: tuple[float, int, int, str], tail: float = 2.0, path: Path = Path("none")) -> Track:
    """Make a chapter of marks (end in seconds, paragraph, scene, text); it ends ``tail`` seconds after the last."""
    placed = tuple(
        Mark(text, "NARRATOR", 0, round(end * RATE), paragraph, scene) for end, paragraph, scene, text in marks
    )
    return Track(1, "One", path, round((marks[-1][0] + tail) * RATE), RATE, placed)


def scenes(*ends: float) -> Track:
    return track(*((end, number, number, PROSE) for number, end in enumerate(ends)))


def test_the_longest_run_of_whole_scenes_that_fits_is_taken() -> None:
    cut = choose_cut((scenes(70, 200, 290, 297.9, 320, 2000),))
    assert cut
    assert cut.seconds == pytest.approx(299.9)
    assert (cut.level, cut.frame) == ("scene", round(297.9 * RATE))


def test_of_a_long_scene_whole_paragraphs_are_taken() -> None:
    cut = choose_cut((track((40, 0, 0, PROSE), (250, 1, 0, PROSE), (280, 2, 0, PROSE), (3000, 2, 0, PROSE)),))
    assert cut
    assert (cut.seconds, cut.level) == (252, "paragraph")


def test_of_a_long_paragraph_whole_sentences_are_taken() -> None:
    long = track(
        (50, 0, 0, PROSE), (150, 0, 0, "“It was,” he said,"), (200, 0, 0, "“dark.”"), (250, 0, 0, "And"),
        (3000, 0, 0, "so."),
    )  # fmt: skip
    cut = choose_cut((long,))
    assert cut
    assert (cut.seconds, cut.level) == (202, "sentence")


def test_a_sample_never_ends_with_a_title() -> None:
    cut = choose_cut((track((100, 0, 0, PROSE), (103, -1, 1, "At sea"), (3000, 1, 1, PROSE)),))
    assert cut
    assert cut.seconds == 102


def test_short_chapters_are_heard_whole_and_the_next_one_begun() -> None:
    cut = choose_cut((scenes(20), scenes(20), scenes(100, 1000)))
    assert cut
    assert (cut.track, cut.seconds) == (2, 22 + 22 + 102)


def test_a_short_book_gives_at_most_a_third_away() -> None:
    cut = choose_cut((scenes(*range(10, 260, 10)),))
    assert cut
    assert cut.seconds == 82


@pytest.mark.parametrize(("length", "seconds"), [(57.0, None), (58.0, 60.0), (80.0, 62.0)])
def test_a_book_of_a_minute_has_a_sample_and_a_shorter_one_none(length: float, seconds: float | None) -> None:
    ends = [end for end in (20.0, 40.0, 60.0) if end < length]
    cut = choose_cut((scenes(*ends, length),))
    assert (cut.seconds if cut else None) == seconds


def test_without_a_chapter_there_is_no_sample() -> None:
    assert choose_cut(()) is None


def test_the_file_is_what_shops_ask_for(tmp_path: Path) -> None:
    texts = tuple(f"It was evening number {number}." for number in range(50))
    first = make_track(tmp_path, 1, 200.0, texts=texts)
    opening = replace(make_track(tmp_path, 2, 5.0, title="Opening Credits"), credits=True)
    package = publish(make_audiobook(tmp_path, opening, first), "sample", tmp_path / "one", Settings(), "lamp")
    (path,) = package.paths
    assert path.name == "lamp-sample.mp3"
    (report,) = check([path], PROFILES["acx"])
    assert report.problems == ()
    assert report.levels
    assert 60 <= report.duration_s <= 200 / 3
    assert report.levels.head_s == pytest.approx(0.75, abs=0.1)
    assert report.levels.tail_s == pytest.approx(2.0, abs=0.1)
    file = mutagen.mp3.MP3(path)
    assert file.info
    assert (file.info.sample_rate, file.info.channels, file.info.bitrate) == (44_100, 1, 192_000)
    assert file.info.bitrate_mode == mutagen.mp3.BitrateMode.CBR
    assert file["TIT2"].text == ["The Lamp (sample)"]
    again = publish(make_audiobook(tmp_path, opening, first), "sample", tmp_path / "two", Settings(), "lamp")
    assert again.paths[0].read_bytes() == path.read_bytes()


def test_it_is_the_beginning_of_the_book(tmp_path: Path) -> None:
    texts = tuple(f"It was evening number {number}." for number in range(50))
    first = make_track(tmp_path, 1, 200.0, texts=texts)
    (path,) = publish(make_audiobook(tmp_path, first), "sample", tmp_path, Settings(profile="none"), "lamp").paths
    heard, rate = soundfile.read(path)
    with wave.open(str(first.path)) as file:
        book = np.frombuffer(file.readframes(30 * RATE), "<i2") / 32768
    assert rate == RATE
    assert np.corrcoef(heard[: 30 * RATE], book)[0, 1] > 0.99


def test_a_story_too_short_says_so_in_one_line(story: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["build", str(story), "--engine", "silent", "--formats", "mp3,sample", "-o", str(tmp_path / "out")]) == 0
    )
    told = capsys.readouterr()
    assert "sample: the book is shorter than a minute" in told.err
    assert "mp3" in told.out
    assert not list((tmp_path / "out").glob("*sample*"))
