from __future__ import annotations

import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tone import RATE, make_audiobook, make_track

from audiobook.audio import Audiobook, Mark, Track, WordTime
from audiobook.book import Metadata
from audiobook.publish import Edition, publish
from audiobook.publish.cues import Cue, captions, width
from audiobook.script import NARRATOR
from audiobook.settings import PublishSettings, Settings
from audiobook.verify.captions import read_captions

LONG = (
    "It was a bright cold day in the valley, and the miller, who had not slept since the storm of the week before, "
    "stood at the door with a lamp in his hand; nobody came, although he had sent for the doctor twice."
)


def cut(*marks: Mark, rate: int = RATE, limit: int = 42) -> tuple[Cue, ...]:
    track = Track(1, "One", Path("none.wav"), max((mark.end for mark in marks), default=1) + rate, rate, marks)
    chosen = replace(Settings(), publish=PublishSettings(caption_chars=limit))
    return captions(Edition(Audiobook(Metadata(), (track,)), Path(), "x", chosen, Path()))


def said(cues: tuple[Cue, ...]) -> list[str]:
    return [" / ".join(cue.texts) for cue in cues]


def test_a_long_sentence_is_cut_at_its_punctuation() -> None:
    assert said(cut(Mark(LONG, NARRATOR, 0, 13 * RATE))) == [
        "It was a bright cold day in the valley,",
        "and the miller, who had not slept / since the storm of the week before,",
        "stood at the door with a lamp in his hand;",
        "nobody came, / although he had sent for the doctor twice.",
    ]


def test_a_short_sentence_is_one_caption() -> None:
    assert said(cut(Mark("Nobody came.", NARRATOR, 0, RATE))) == ["Nobody came."]


def test_no_line_ends_with_an_article_where_another_break_is_near() -> None:
    for cue in cut(Mark(LONG.replace(",", "").replace(";", ""), NARRATOR, 0, 13 * RATE)):
        for line in cue.texts[:-1]:
            assert line.rpartition(" ")[2] not in {"a", "the", "of", "and", "his"}


def test_an_abbreviation_is_no_end_of_a_sentence() -> None:
    text = "She had been sent to the shop of Mr. J. Penrose for 2 lbs. of candles, although no. 9 was closed that day."
    for cue in cut(Mark(text, NARRATOR, 0, 9 * RATE)):
        for line in cue.texts:
            assert line.split()[-1] not in {"Mr.", "J.", "lbs.", "no."}


def test_words_give_their_own_times() -> None:
    words = (WordTime("Nobody", RATE, 2 * RATE), WordTime("came", 5 * RATE, 6 * RATE))
    (cue,) = cut(Mark("Nobody came.", NARRATOR, RATE, 6 * RATE, words=words))
    assert [(word.text, word.start_ms) for word in cue.words] == [("Nobody", 1000), ("came.", 5000)]


def test_spoken_words_that_differ_from_the_written_do_not_shift_the_rest() -> None:
    spoken = ("In", "eighteen", "ninety", "three", "nobody", "came")
    words = tuple(WordTime(word, at * RATE, (at + 1) * RATE) for at, word in enumerate(spoken))
    (cue,) = cut(Mark("In 1893 nobody came.", NARRATOR, 0, 6 * RATE, words=words))
    times = {word.text: word.start_ms for word in cue.words}
    assert times == {"In": 0, "1893": pytest.approx(2000, abs=1000), "nobody": 4000, "came.": 5000}


def test_a_short_caption_stays_for_a_second_when_nothing_follows_at_once() -> None:
    marks = (Mark("Yes.", "A", 0, RATE // 5), Mark("No.", "B", 3 * RATE, 3 * RATE + RATE // 5))
    first, last = cut(*marks)
    assert (first.start_ms, first.end_ms) == (0, 1000)
    assert (last.start_ms, last.end_ms) == (3000, 3200), "the last one ends with the speech"


def test_text_without_spaces_is_cut_too() -> None:
    cues = cut(Mark("吾輩は猫である。名前はまだ無い。" * 4, NARRATOR, 0, 20 * RATE))
    assert len(cues) > 1
    assert all(width(line) <= 42 for cue in cues for line in cue.texts)
    assert "".join("".join(cue.texts) for cue in cues) == "吾輩は猫である。名前はまだ無い。" * 4
    assert all(not line.startswith("。") for cue in cues for line in cue.texts)


def test_a_word_longer_than_a_line_is_cut() -> None:
    cues = cut(Mark("A" * 200, NARRATOR, 0, 10 * RATE), limit=20)
    assert "".join("".join(cue.texts) for cue in cues) == "A" * 200
    assert all(len(line) <= 20 for cue in cues for line in cue.texts)


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.text(min_size=1, max_size=160), st.floats(0.05, 20), st.floats(0, 2)), max_size=5),
    st.integers(20, 60),
)
def test_every_word_is_shown_once_and_times_run_forward(parts: list[tuple[str, float, float]], limit: int) -> None:
    marks, at = [], 0
    for text, length, pause in parts:
        end = at + round(length * RATE)
        marks.append(Mark(text, "A", at, end))
        at = end + round(pause * RATE)
    cues = cut(*marks, limit=limit)
    shown = "".join("".join(word.text for word in cue.words) for cue in cues)
    assert shown == re.sub(r"\s", "", "".join(" ".join(_visible(text)) for text, _, _ in parts))
    for cue in cues:
        assert 1 <= len(cue.lines) <= 2
        assert all(width(line) <= limit for line in cue.texts)
        assert cue.end_ms > cue.start_ms
    for before, after in itertools.pairwise(cues):
        assert before.start_ms <= after.start_ms
        assert before.end_ms <= max(after.start_ms, before.start_ms + 1)


def _visible(text: str) -> list[str]:
    from audiobook.names import one_line

    return one_line(text).split()


@pytest.mark.parametrize("kind", ["srt", "vtt"])
def test_captions_match_the_book_file_and_end_with_the_speech(tmp_path: Path, kind: str) -> None:
    audiobook = make_audiobook(tmp_path, *(make_track(tmp_path, number, 6.0 + number / 7) for number in range(1, 6)))
    (path,) = publish(audiobook, kind, tmp_path, Settings(), "lamp").paths
    timeline = Edition(audiobook, tmp_path, "lamp", Settings(), tmp_path).timeline()
    cues = read_captions(path)
    last = audiobook.tracks[-1]
    assert cues[0][0] == 0.75
    assert cues[-1][1] == pytest.approx(
        timeline.starts[-1] / timeline.sample_rate + last.marks[-1].end / RATE, abs=0.002
    )
    for start, track in zip(timeline.starts, audiobook.tracks, strict=True):
        wanted = start / timeline.sample_rate + track.marks[0].start / RATE
        assert min(abs(cue[0] - wanted) for cue in cues) < 0.002


def test_srt_is_numbered_with_commas(tmp_path: Path) -> None:
    track = make_track(tmp_path, texts=("Yes --> no.", "<i>Then</i> he left."))
    (path,) = publish(make_audiobook(tmp_path, track), "srt", tmp_path, Settings(), "lamp").paths
    assert path.read_bytes().decode() == (
        "1\n00:00:00,750 --> 00:00:02,375\nYes → no.\n\n2\n00:00:02,375 --> 00:00:04,000\n<i>Then</i> he left.\n"
    )


def test_vtt_names_speakers_and_escapes_markup(tmp_path: Path) -> None:
    track = make_track(tmp_path, texts=("Salt & <b>pepper</b> --> now.", "Ok."), speakers=("Mr. <A> & B", NARRATOR))
    (path,) = publish(make_audiobook(tmp_path, track), "vtt", tmp_path, Settings(), "lamp").paths
    text = path.read_text(encoding="utf-8")
    assert text.startswith("WEBVTT The Lamp\n\nNOTE ")
    assert "<v Mr. &lt;A&gt; &amp; B>Salt &amp; &lt;b&gt;pepper&lt;/b&gt; --&gt; now.\n" in text
    assert "<v Narrator>Ok.\n" in text


def test_times_over_a_hundred_hours_keep_all_digits() -> None:
    from audiobook.publish.captions import _clock

    assert _clock(363_723_004, ".") == "101:02:03.004"
