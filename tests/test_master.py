"""Mastering: levels reached and proved, peaks held, marks untouched, chapters independent."""

from __future__ import annotations

import itertools
import re
import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from audiobook.audio import Mark, Track
from audiobook.dynamics import Compressor, Limiter
from audiobook.errors import OutputError, SourceError
from audiobook.filters import StreamingFir, high_pass_taps
from audiobook.levels import STAGE_LUFS, makeup_db, tone_db
from audiobook.master import master, shortfalls
from audiobook.measure import measure_file, measure_samples
from audiobook.settings import PROFILES, MasterSettings, Profile, Settings

RATE = 24_000
Samples = NDArray[np.float32]


def speech(seconds: float, level_lufs: float = STAGE_LUFS, seed: int = 1, rate: int = RATE) -> Samples:
    """Noise in the rhythm and spectrum of speech, with pauses, at a loudness."""
    generator = np.random.default_rng(seed)
    count = round(seconds * rate)
    noise = np.convolve(generator.standard_normal(count), np.hanning(rate // 1500), "same")
    syllables = (
        np.interp(
            np.arange(count),
            np.arange(0, count + 6000, 2400),
            generator.uniform(0, 1, count // 2400 + 4)[: len(np.arange(0, count + 6000, 2400))],
        )
        ** 2
    )
    phrases = (np.sin(2 * np.pi * np.arange(count) / rate / 4) > -0.7).astype(float)
    sound = noise * syllables * phrases
    loudness = measure_samples(sound / np.abs(sound).max() * 0.5, rate).lufs
    return (sound / np.abs(sound).max() * 0.5 * 10 ** ((level_lufs - loudness) / 20)).astype(np.float32)


def make_track(folder: Path, samples: Samples, rate: int = RATE, name: str = "in.wav", tone: float = -79.5) -> Track:
    room = np.random.default_rng(5).standard_normal(len(samples)) * 10 ** (tone / 20)
    path = folder / name
    soundfile.write(path, samples + room, rate, subtype="PCM_16")
    marks = (Mark("Words.", "NARRATOR", rate, 2 * rate),)
    return Track(4, "The Lamp", path, len(samples), rate, marks, (("", rate),))


def read(path: Path) -> Samples:
    samples, _ = soundfile.read(path, dtype="float32")
    return np.asarray(samples, np.float32)


@pytest.mark.parametrize("name", sorted(PROFILES))
def test_every_profile_is_met_and_proved_on_the_file(tmp_path: Path, name: str) -> None:
    profile = PROFILES[name]
    track = make_track(tmp_path, speech(30), tone=tone_db(profile))
    mastered, levels = master(track, tmp_path / "out.wav", Settings(profile=name))
    measured = measure_file(mastered.path)
    assert levels.rms_db == pytest.approx(measured.rms_db, abs=0.01)
    assert levels.true_peak_db == pytest.approx(measured.true_peak_db, abs=0.01)
    if profile.rms_db is not None:
        assert abs(measured.rms_db - profile.rms_db) <= 1.1
    if profile.lufs is not None:
        assert abs(measured.lufs - profile.lufs) <= profile.lufs_tolerance
    assert measured.true_peak_db <= profile.peak_db + 0.05
    assert measured.noise_floor_db <= profile.floor_limit_db
    assert measured.noise_floor_db > -90


@pytest.mark.parametrize("level", [STAGE_LUFS - 8, STAGE_LUFS - 2, STAGE_LUFS + 2, STAGE_LUFS + 6])
def test_a_chapter_outside_the_window_is_brought_to_its_edge(tmp_path: Path, level: float) -> None:
    _, levels = master(make_track(tmp_path, speech(30, level)), tmp_path / "out.wav", Settings())
    assert -21.8 <= levels.rms_db <= -19.2  # the limiter eats a little of the last correction


def test_a_chapter_inside_the_window_keeps_its_place_in_the_book(tmp_path: Path) -> None:
    chosen = Settings(profile="own", profiles=(("own", Profile(lufs=-28.0, peak_db=-1.0, peak_limit_db=-0.5)),))
    _, first = master(make_track(tmp_path, speech(30)), tmp_path / "a.wav", chosen)
    _, second = master(make_track(tmp_path, speech(30, STAGE_LUFS - 0.4)), tmp_path / "b.wav", chosen)
    assert first.lufs - second.lufs == pytest.approx(0.4, abs=0.05)


def test_the_gain_of_a_book_hangs_on_the_profile_alone() -> None:
    assert makeup_db(Profile(lufs=-18.0)) == -18.0 - STAGE_LUFS
    assert makeup_db(Profile(lufs=-16.0)) - makeup_db(Profile(lufs=-18.0)) == pytest.approx(2.0)
    assert tone_db(Profile(lufs=-18.0)) + makeup_db(Profile(lufs=-18.0)) == pytest.approx(-72.0)


def test_marks_stay_true_because_no_step_delays_the_sound(tmp_path: Path) -> None:
    sound = np.zeros(RATE * 4, np.float32)
    at = (RATE, RATE * 2 + 17, RATE * 3 + 5)
    for frame in at:
        sound[frame : frame + 240] = 0.1 * np.sin(2 * np.pi * 1000 * np.arange(240) / RATE)
    profile = Profile(compress=2.0, peak_db=-0.5, peak_limit_db=0.0)
    chosen = Settings(profile="own", profiles=(("own", profile),))
    track = make_track(tmp_path, sound)
    mastered, _ = master(track, tmp_path / "out.wav", chosen)
    before, after = read(track.path), read(mastered.path)
    assert len(after) == len(before) == track.frames
    for frame in at:
        part = slice(frame - 500, frame + 700)
        lag = int(np.argmax(np.correlate(after[part], before[part], "full"))) - (len(before[part]) - 1)
        assert lag == 0
    assert (mastered.marks, mastered.scenes, mastered.number) == (track.marks, track.scenes, 4)


def test_rumble_is_cut_and_speech_is_not(tmp_path: Path) -> None:
    time = np.arange(RATE * 10) / RATE
    for hertz, low, high in ((15, -40, -20), (60, -3.4, -2.6), (200, -0.2, 0.2), (3000, -0.1, 0.1)):
        track = make_track(tmp_path, (0.05 * np.sin(2 * np.pi * hertz * time)).astype(np.float32))
        chosen = Settings(profile="none", master=MasterSettings(high_pass_hz=60.0))
        mastered, _ = master(track, tmp_path / "out.wav", chosen)
        middle = slice(RATE * 3, RATE * 7)
        change = 20 * np.log10(np.std(read(mastered.path)[middle]) / np.std(read(track.path)[middle])) - 6.0
        assert low < change < high, hertz


def test_the_high_pass_can_be_left_out(tmp_path: Path) -> None:
    track = make_track(tmp_path, speech(5))
    mastered, _ = master(track, tmp_path / "out.wav", Settings(profile="none", master=MasterSettings(high_pass_hz=0.0)))
    expected = read(track.path) * 10 ** (6.0 / 20)
    assert np.abs(read(mastered.path) - expected).max() < 2 / 32_768


def test_the_same_track_makes_the_same_bytes(tmp_path: Path) -> None:
    track = make_track(tmp_path, speech(20))
    first, _ = master(track, tmp_path / "a.wav", Settings(profile="night"))
    second, _ = master(track, tmp_path / "b.wav", Settings(profile="night"))
    assert first.path.read_bytes() == second.path.read_bytes()


def test_what_cannot_be_met_is_told_with_the_figure(tmp_path: Path) -> None:
    _, levels = master(make_track(tmp_path, speech(30), tone=-60.0), tmp_path / "out.wav", Settings())
    (problem,) = shortfalls(levels, PROFILES["acx"])
    assert re.fullmatch(r"noise floor -5\d\.\d dBFS is above -60", problem)


def test_a_level_out_of_reach_is_told_with_the_figure(tmp_path: Path) -> None:
    # One click a second has so high a crest that no limiter at -3.5 dB brings it to -20.5 dB RMS.
    clicks = np.zeros(RATE * 20, np.float32)
    clicks[:: RATE // 2] = 0.5
    _, levels = master(make_track(tmp_path, clicks), tmp_path / "out.wav", Settings())
    assert re.search(r"RMS -\d\d\.\d dBFS is outside -23 to -18", shortfalls(levels, PROFILES["acx"])[0])


def test_a_chapter_without_speech_is_not_levelled(tmp_path: Path) -> None:
    track = make_track(tmp_path, np.zeros(RATE * 5, np.float32))
    _, levels = master(track, tmp_path / "out.wav", Settings())
    assert levels.rms_db == pytest.approx(-79.5 + makeup_db(PROFILES["acx"]), abs=0.5)


def test_a_missing_track_and_an_unwritable_place_are_named(tmp_path: Path) -> None:
    track = make_track(tmp_path, speech(5))
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    with pytest.raises(OutputError, match="file"):
        master(track, blocked / "out.wav", Settings())
    track.path.unlink()
    with pytest.raises(SourceError, match=r"in\.wav"):
        master(track, tmp_path / "out.wav", Settings())
    assert not (tmp_path / "out.wav").exists()


def test_memory_does_not_grow_with_the_chapter(tmp_path: Path) -> None:
    def peak(seconds: int) -> int:
        track = make_track(tmp_path, np.tile(speech(10), seconds // 10))
        tracemalloc.start()
        master(track, tmp_path / "out.wav", Settings())
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(20)
    assert peak(300) < 1.1 * peak(60)


def test_the_result_is_sixteen_bit_mono(tmp_path: Path) -> None:
    mastered, _ = master(make_track(tmp_path, speech(5)), tmp_path / "out.wav", Settings(profile="none"))
    with wave.open(str(mastered.path)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)


def limited(sound: Samples, ceiling_db: float, cuts: list[int]) -> tuple[Samples, Limiter]:
    limiter = Limiter(ceiling_db, RATE)
    edges = [0, *sorted(cuts), len(sound)]
    parts = [limiter.push(sound[start:end]) for start, end in itertools.pairwise(edges)]
    return np.concatenate([*parts, limiter.finish()]), limiter


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1000),
    loudness=st.floats(0.1, 3.0),
    cuts=st.lists(st.integers(0, 12_000), max_size=5),
)
def test_no_true_peak_passes_the_limiter_however_the_stream_is_cut(seed: int, loudness: float, cuts: list[int]) -> None:
    sound = (speech(0.5, seed=seed) * 20 * loudness).astype(np.float32)
    result, _ = limited(sound, -3.5, cuts)
    whole, _ = limited(sound, -3.5, [])
    assert len(result) == len(sound)
    assert np.array_equal(result, whole)
    assert measure_samples(result, RATE).true_peak_db <= -3.5 + 0.05


def test_what_is_not_too_loud_passes_the_limiter_bit_for_bit() -> None:
    sound = speech(3)
    result, limiter = limited(sound, -3.5, [1000, 40_000])
    assert np.array_equal(result, sound)
    assert limiter.deepest_db == 0.0


def test_the_limiter_lets_go_within_a_tenth_of_a_second() -> None:
    sound = (0.1 * np.sin(2 * np.pi * 300 * np.arange(RATE) / RATE)).astype(np.float32)
    sound[12_000:12_010] = 1.5
    result, limiter = limited(sound, -6.0, [])
    gain = result[sound != 0] / sound[sound != 0]
    assert limiter.deepest_db == pytest.approx(10.0, abs=1.0)
    away = np.r_[0 : 12_000 - 400, 12_000 + 2500 : len(gain)]
    assert np.all(gain[away] == 1.0)
    assert np.abs(np.diff(gain)).max() < 0.02


@pytest.mark.parametrize("cuts", [[], [1], [100, 24_000, 24_001], [239, 240, 241]])
def test_the_compressor_turns_down_what_is_loud_by_its_ratio(cuts: list[int]) -> None:
    quiet = 0.01 * np.sin(2 * np.pi * 500 * np.arange(RATE * 2) / RATE)
    sound = np.concatenate((quiet, quiet * 20, quiet)).astype(np.float32)
    compressor = Compressor(3.0, -30.0, RATE)
    edges = [0, *cuts, len(sound)]
    parts = [compressor.push(sound[start:end]) for start, end in itertools.pairwise(edges)]
    result = np.concatenate([*parts, compressor.finish()])
    assert len(result) == len(sound)
    change = 20 * np.log10(np.abs(result[5:]) / np.maximum(np.abs(sound[5:]), 1e-9) + 1e-9)
    assert np.median(change[:RATE]) == pytest.approx(0.0, abs=0.01)
    over = 20 * np.log10(0.2 / np.sqrt(2)) + 30
    assert np.median(change[RATE * 5 // 2 : RATE * 7 // 2]) == pytest.approx(-over * 2 / 3, abs=0.1)


@settings(max_examples=20, deadline=None)
@given(cuts=st.lists(st.integers(0, 20_000), max_size=5), length=st.integers(1, 3000))
def test_a_filter_in_blocks_is_a_convolution(cuts: list[int], length: int) -> None:
    generator = np.random.default_rng(length)
    taps, sound = generator.standard_normal(length), generator.standard_normal(20_000).astype(np.float32)
    stream = StreamingFir(taps)
    edges = [0, *sorted(cuts), len(sound)]
    parts = [stream.push(sound[start:end]) for start, end in itertools.pairwise(edges)]
    expected = np.convolve(sound, taps)[: len(sound)]
    assert np.abs(np.concatenate(parts) - expected).max() < 1e-3 * np.abs(expected).max()


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 48_000])
def test_the_high_pass_has_its_cutoff_and_no_phase(rate: int) -> None:
    taps = high_pass_taps(60.0, rate)
    assert len(taps) % 2 == 1
    assert np.allclose(taps, taps[::-1], atol=1e-9)
    response = np.abs(np.fft.rfft(taps, rate))
    assert 20 * np.log10(response[60]) == pytest.approx(-3.0, abs=0.3)
    assert 20 * np.log10(response[300]) == pytest.approx(0.0, abs=0.1)
    assert response[0] < 1e-3
