"""Stitching: pauses and marks to the frame, levels, fades, room tone, one join."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import tracemalloc
import wave
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import soundfile

from audiobook import stitch as stitch_module
from audiobook.audio import ChapterPlan, Passage, Plan, Speech, Take, Track, Utterance, WordTime, ms_to_frames
from audiobook.book import Metadata
from audiobook.cache import TakeCache
from audiobook.errors import OutputError
from audiobook.levels import STAGE_LUFS, by_voice, calibration_utterances, tone_db, voice_gain
from audiobook.measure import measure_samples
from audiobook.script import Voice
from audiobook.settings import Profile, Settings
from audiobook.stitch import room_tone, stitch

if TYPE_CHECKING:
    from numpy.typing import NDArray

RATE = 24_000
PROFILE = Profile(rms_db=-20.5)
SETTINGS = Settings(profile="own", profiles=(("own", PROFILE),))


@pytest.fixture
def cache(tmp_path: Path) -> TakeCache:
    return TakeCache(tmp_path / "cache")


def tone(seconds: float, hertz: float = 220.0, peak: float = 0.1, rate: int = RATE) -> NDArray[np.float32]:
    return (peak * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def take(
    cache: TakeCache, number: int, samples: NDArray[np.float32], rate: int = RATE, words: tuple[WordTime, ...] = ()
) -> Take:
    return cache.put(f"{number:064x}", Speech(samples, rate, words))


def passage(number: int, before: int = 0, after: int = 0, **fields: object) -> Passage:
    text = f"Sentence {number}."
    utterance = Utterance(text, "en", fields.pop("voice", Voice("silent", "silent")))  # type: ignore[arg-type]
    return Passage(text, "NARRATOR", utterance, pause_before_ms=before, pause_after_ms=after, **fields)  # type: ignore[arg-type]


def chapter(*passages: Passage, titles: tuple[str, ...] = ()) -> ChapterPlan:
    return ChapterPlan(3, "The Lamp", passages, titles)


def sound_of(track: Track) -> NDArray[np.float32]:
    samples, rate = soundfile.read(track.path, dtype="float32")
    assert rate == track.sample_rate
    assert len(samples) == track.frames
    return np.asarray(samples, np.float32)


def test_pauses_head_and_tail_are_exact_to_the_frame(cache: TakeCache, tmp_path: Path) -> None:
    # Tones without quiet edges are not trimmed, so every frame of the track is accounted for.
    lengths = (0.5, 0.35, 0.8)
    takes = [take(cache, number, tone(length)) for number, length in enumerate(lengths)]
    plan = chapter(passage(0, 111, 333), passage(1, 77, 901), passage(2, 0, 555))
    track = stitch(plan, takes, tmp_path / "out.wav", SETTINGS, RATE)
    frames = [round(length * RATE) for length in lengths]
    starts, position = [], ms_to_frames(PROFILE.head_ms, RATE)
    for length, pauses in zip(frames, ((333, 77), (901, 0), ()), strict=True):
        starts.append(position)
        position += length + sum(ms_to_frames(ms, RATE) for ms in pauses)
    assert [mark.start for mark in track.marks] == starts
    assert [mark.end - mark.start for mark in track.marks] == frames
    assert track.frames == position + ms_to_frames(PROFILE.tail_ms, RATE)
    assert (track.number, track.title, track.sample_rate) == (3, "The Lamp", RATE)


def test_speech_is_where_its_mark_says(cache: TakeCache, tmp_path: Path) -> None:
    takes = [take(cache, number, tone(0.5, 200 + 100 * number)) for number in range(4)]
    track = stitch(chapter(*(passage(n, 0, 400) for n in range(4))), takes, tmp_path / "out.wav", SETTINGS, RATE)
    sound = sound_of(track)
    for number, mark in enumerate(track.marks):
        spectrum = np.abs(np.fft.rfft(sound[mark.start : mark.end]))
        assert np.argmax(spectrum) * RATE / (mark.end - mark.start) == pytest.approx(200 + 100 * number, abs=3)
        assert np.abs(sound[mark.end : mark.end + 9000]).max() < 0.002
        assert np.abs(sound[mark.start - 9000 : mark.start]).max() < 0.002


def test_quiet_edges_are_trimmed_and_words_move_with_them(cache: TakeCache, tmp_path: Path) -> None:
    quiet = np.zeros(RATE // 2, np.float32)
    words = (WordTime("ah", RATE // 2, RATE), WordTime("oh", RATE, RATE * 3 // 2))
    takes = [take(cache, 0, np.concatenate((quiet, tone(1.0), quiet)), words=words)]
    track = stitch(chapter(passage(0)), takes, tmp_path / "out.wav", SETTINGS, RATE)
    (mark,) = track.marks
    assert (mark.end - mark.start) / RATE == pytest.approx(1.0 + 0.015 + 0.030, abs=0.006)
    first, second = mark.words
    assert first.start == mark.start + ms_to_frames(15, RATE)
    assert first.end == second.start == first.start + RATE // 2
    loud = np.flatnonzero(np.abs(sound_of(track)) > 0.01)
    assert loud[0] == pytest.approx(first.start, abs=50)
    assert loud[-1] == pytest.approx(second.end, abs=50)


def test_takes_of_another_rate_are_resampled_and_their_words_too(cache: TakeCache, tmp_path: Path) -> None:
    words = (WordTime("ah", 0, 22_050),)
    takes = [take(cache, 0, tone(1.0, rate=22_050), 22_050, words), take(cache, 1, tone(1.0))]
    track = stitch(chapter(passage(0), passage(1)), takes, tmp_path / "out.wav", SETTINGS, RATE)
    first, second = track.marks
    assert first.end - first.start == second.end - second.start == RATE
    assert first.words[0].end - first.words[0].start == RATE
    sound = sound_of(track)
    for mark in track.marks:
        assert np.argmax(np.abs(np.fft.rfft(sound[mark.start : mark.end]))) == 220


def test_gain_of_passage_and_voice_add_up(cache: TakeCache, tmp_path: Path) -> None:
    takes = [take(cache, number, tone(0.5)) for number in range(3)]
    soft, other = Voice("silent", "silent"), Voice("silent", "silent-bass")
    plan = chapter(passage(0, voice=soft), passage(1, voice=soft, gain=-6.0), passage(2, voice=other, gain=-6.0))
    gains = {"silent:silent": -2.0, "silent:silent-bass": 4.0}
    track = stitch(plan, takes, tmp_path / "out.wav", SETTINGS, RATE, gains)
    sound = sound_of(track)
    peaks = [20 * np.log10(np.abs(sound[mark.start : mark.end]).max()) for mark in track.marks]
    assert peaks == pytest.approx([-22.0, -28.0, -22.0], abs=0.1)


def test_a_gain_that_would_clip_is_held_back(cache: TakeCache, tmp_path: Path) -> None:
    takes = [take(cache, 0, tone(0.5, peak=0.8))]
    track = stitch(chapter(passage(0, gain=12.0)), takes, tmp_path / "out.wav", SETTINGS, RATE)
    assert 0.95 < np.abs(sound_of(track)).max() < 0.99


def test_nothing_is_digital_silence(cache: TakeCache, tmp_path: Path) -> None:
    takes = [take(cache, number, tone(0.3)) for number in range(3)]
    track = stitch(chapter(*(passage(n, 0, 2200) for n in range(3))), takes, tmp_path / "out.wav", SETTINGS, RATE)
    sound = sound_of(track)
    runs = np.diff(np.flatnonzero(np.concatenate(([True], sound != 0, [True]))))
    assert runs.max() < 24
    assert measure_samples(sound, RATE).noise_floor_db == pytest.approx(tone_db(PROFILE), abs=1.0)


def test_room_tone_runs_on_under_speech_and_pauses(cache: TakeCache, tmp_path: Path) -> None:
    takes = [take(cache, number, tone(0.3)) for number in range(2)]
    plan = chapter(passage(0, 0, 700), passage(1))
    sound = sound_of(stitch(plan, takes, tmp_path / "out.wav", SETTINGS, RATE))
    expected = np.resize(room_tone(RATE, tone_db(PROFILE), 0), len(sound))
    quiet = np.r_[0:18_000, 18_000 + 7200 : 18_000 + 7200 + 16_800]
    assert np.abs(sound[quiet] - expected[quiet]).max() < 1.1 / 32_768


def test_room_tone_repeats_without_a_seam_and_hangs_on_its_seed() -> None:
    tone_samples = room_tone(RATE, -72.0, 0)
    assert 20 * np.log10(np.sqrt(np.mean(tone_samples**2))) == pytest.approx(-72.0, abs=0.01)
    steps = np.abs(np.diff(np.concatenate((tone_samples, tone_samples[:1]))))
    assert steps[-1] <= steps[:-1].max()
    assert not np.array_equal(tone_samples, room_tone(RATE, -72.0, 1))


def test_joins_do_not_click(cache: TakeCache, tmp_path: Path) -> None:
    # A cosine starts at full amplitude: without a fade its first step would be a hundred times its slope.
    loud = 0.5 * np.cos(2 * np.pi * 100 * np.arange(RATE // 2) / RATE)
    takes = [take(cache, number, loud.astype(np.float32)) for number in range(3)]
    track = stitch(chapter(*(passage(n) for n in range(3))), takes, tmp_path / "out.wav", SETTINGS, RATE)
    assert np.abs(np.diff(sound_of(track))).max() < 0.5 * 2 * np.pi * 100 / RATE * 1.5


def test_scenes_start_at_their_first_passage(cache: TakeCache, tmp_path: Path) -> None:
    takes = [take(cache, number, tone(0.3)) for number in range(4)]
    plan = chapter(*(passage(n, scene=n // 2, paragraph=n) for n in range(4)), titles=("On the bank",))
    track = stitch(plan, takes, tmp_path / "out.wav", SETTINGS, RATE)
    assert track.scenes == (("On the bank", track.marks[0].start), ("", track.marks[2].start))
    assert [(mark.scene, mark.paragraph) for mark in track.marks] == [(0, 0), (0, 1), (1, 2), (1, 3)]


def test_empty_and_tiny_takes_are_laid_like_others(cache: TakeCache, tmp_path: Path) -> None:
    takes = [take(cache, 0, np.zeros(0, np.float32)), take(cache, 1, tone(0.001)), take(cache, 2, tone(0.3))]
    track = stitch(chapter(*(passage(n, 0, 100) for n in range(3))), takes, tmp_path / "out.wav", SETTINGS, RATE)
    assert [mark.end - mark.start for mark in track.marks] == [0, 24, 7200]


def test_the_same_takes_make_the_same_bytes(cache: TakeCache, tmp_path: Path) -> None:
    takes = [take(cache, number, tone(0.3)) for number in range(3)]
    plan = chapter(*(passage(n, 10, 20) for n in range(3)))
    first = stitch(plan, takes, tmp_path / "a.wav", SETTINGS, RATE)
    second = stitch(plan, takes, tmp_path / "b.wav", SETTINGS, RATE)
    assert first.path.read_bytes() == second.path.read_bytes()
    assert first.marks == second.marks


def test_the_track_is_sixteen_bit_mono(cache: TakeCache, tmp_path: Path) -> None:
    track = stitch(chapter(passage(0)), [take(cache, 0, tone(0.3))], tmp_path / "out.wav", SETTINGS, RATE)
    with wave.open(str(track.path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        assert file.getnframes() == track.frames


def test_a_take_that_is_gone_is_named_and_nothing_is_left(cache: TakeCache, tmp_path: Path) -> None:
    gone = take(cache, 0, tone(0.3))
    gone.path.unlink()
    out = tmp_path / "tracks" / "out.wav"
    with pytest.raises(OutputError, match="Run the same command again"):
        stitch(chapter(passage(0)), [gone], out, SETTINGS, RATE)
    assert list(out.parent.iterdir()) == []


def test_long_chapters_are_joined_in_stretches_that_meet_without_a_seam(
    cache: TakeCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    takes = [take(cache, 0, tone(0.9))] * 20
    plan = chapter(*(passage(n, 0, 300) for n in range(20)))
    whole = stitch(plan, takes, tmp_path / "whole.wav", SETTINGS, RATE)
    monkeypatch.setattr(stitch_module, "_STRETCH_S", 5)
    parts = stitch(plan, takes, tmp_path / "parts.wav", SETTINGS, RATE)
    assert whole.path.read_bytes() == parts.path.read_bytes()
    assert whole.marks == parts.marks


def test_a_piece_longer_than_the_loop_of_room_tone_is_laid_on_it(cache: TakeCache, tmp_path: Path) -> None:
    plan = chapter(passage(0, 0, 25_000), passage(1))
    track = stitch(plan, [take(cache, 0, tone(0.3))] * 2, tmp_path / "out.wav", SETTINGS, RATE)
    sound = sound_of(track)
    expected = np.resize(room_tone(RATE, tone_db(PROFILE), 0), len(sound))
    quiet = slice(track.marks[0].end, track.marks[1].start)
    assert np.abs(sound[quiet] - expected[quiet]).max() < 1.1 / 32_768


def test_a_chapter_too_long_for_a_file_is_refused(
    cache: TakeCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stitch_module, "_MOST_FRAMES", 1000)
    with pytest.raises(OutputError, match="chapter 3 is longer than a WAV file can be"):
        stitch(chapter(passage(0)), [take(cache, 0, tone(0.3))], tmp_path / "out.wav", SETTINGS, RATE)
    assert not (tmp_path / "out.wav").exists()


def test_memory_does_not_grow_with_the_chapter(
    cache: TakeCache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stitch_module, "_STRETCH_S", 10)
    one = take(cache, 0, tone(2.0))

    def peak(count: int) -> int:
        plan = chapter(*(passage(n, 0, 500) for n in range(count)))
        tracemalloc.start()
        stitch(plan, [one] * count, tmp_path / "out.wav", SETTINGS, RATE)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(10)
    assert peak(200) < 1.3 * peak(20)


def test_segments_are_joined_once_and_never_added_up() -> None:
    tree = ast.parse(inspect.getsource(stitch_module))
    sums = [node for node in ast.walk(tree) if isinstance(node, ast.AugAssign) and isinstance(node.op, ast.Add)]
    # What is added up are counts of frames; a segment or a list of samples would copy itself each time.
    assert {ast.unparse(node.target) for node in sums} <= {"self.frames", "frames"}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "join"]
    assert len(calls) == 1


def test_pydub_is_imported_without_a_warning() -> None:
    code = (
        "import warnings; warnings.simplefilter('error'); "
        "from audiobook.stitch import _audio_segment; _audio_segment(); print('quiet')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        env={"PATH": "", "SYSTEMROOT": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("quiet\n", "")


def test_a_voice_is_brought_to_the_stage_level(cache: TakeCache) -> None:
    quiet, loud = take(cache, 0, tone(2.0, 500, 0.01)), take(cache, 1, tone(2.0, 500, 0.5))
    for one in (quiet, loud):
        samples, rate = soundfile.read(one.path, dtype="float32")
        levelled = samples * 10 ** (voice_gain(one) / 20)
        assert measure_samples(levelled, rate).lufs == pytest.approx(STAGE_LUFS, abs=0.06)


def test_a_voice_without_sound_keeps_its_level(cache: TakeCache) -> None:
    assert voice_gain(take(cache, 0, np.zeros(RATE, np.float32))) == 0.0
    assert voice_gain(take(cache, 1, np.zeros(0, np.float32))) == 0.0


def test_each_voice_is_measured_once_whatever_its_offsets() -> None:
    voices = [
        Voice("piper", "joe"),
        Voice("piper", "joe", pitch=2.0),
        Voice("kokoro", "af_heart"),
        Voice("piper", "joe"),
    ]
    plan = Plan(Metadata(), (chapter(*(passage(n, voice=voice) for n, voice in enumerate(voices))),))
    asked = calibration_utterances(plan)
    assert [utterance.voice for utterance in asked] == [Voice("piper", "joe"), Voice("kokoro", "af_heart")]
    assert len({utterance.text for utterance in asked}) == 1


def test_a_line_more_or_less_moves_no_voice() -> None:
    plans = [Plan(Metadata(), (chapter(*(passage(n) for n in range(count))),)) for count in (1, 5)]
    assert calibration_utterances(plans[0]) == calibration_utterances(plans[1])


def test_gains_are_found_by_voice(cache: TakeCache) -> None:
    asked = [
        Utterance("x", "en", Voice("a", "b")),
        Utterance("x", "en", Voice("c", "d")),
        Utterance("x", "en", Voice("e", "f")),
    ]
    takes = [take(cache, 0, tone(2.0, 500, 0.01)), take(cache, 1, tone(2.0, 500, 0.1)), None]
    gains = by_voice(asked, takes)
    assert gains["a:b"] - gains["c:d"] == pytest.approx(20.0, abs=0.1)
    assert "e:f" not in gains
