from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from chromium import browser
from click.testing import CliRunner
from tone import RATE, make_audiobook, make_track, speech_like, write_wav

from audiobook import ffmpeg
from audiobook.cli import main
from audiobook.cli.check import command
from audiobook.errors import SourceError, ToolError
from audiobook.publish import publish
from audiobook.settings import PROFILES, Settings
from audiobook.verify import check, report_page
from audiobook.verify.mpeg import read_mpeg

ACX = PROFILES["acx"]


def encode(path: Path, samples: np.ndarray, *options: str, rate: int = RATE, form: str = "mp3") -> Path:
    ffmpeg.encode([np.round(samples * 32767).astype("<i2").tobytes()], rate, options, path, form, seconds=60)
    return path


def codes(path: Path, profile: str = "acx") -> set[str]:
    (report,) = check([path], PROFILES[profile])
    return {problem.code for problem in report.problems} - {"tag-missing"}


def mp3(path: Path, samples: np.ndarray, *options: str) -> Path:
    options = options or ("-b:a", "192k")
    return encode(path, samples, "-c:a", "libmp3lame", "-ar", "44100", *options)


def test_a_good_file_of_another_program_passes(tmp_path: Path) -> None:
    assert codes(mp3(tmp_path / "a.mp3", speech_like(6, 1))) == set()


@pytest.mark.parametrize(
    ("gain", "code"),
    [(0.5, {"rms-low"}), (1.5, {"rms-high", "peak-high"})],
)
def test_wrong_levels_are_named(tmp_path: Path, gain: float, code: set[str]) -> None:
    samples = speech_like(6, 1)
    assert codes(mp3(tmp_path / "a.mp3", np.clip(samples * gain, -1, 1))) >= code - {"peak-high"}


def test_a_click_above_the_limit_is_a_peak(tmp_path: Path) -> None:
    samples = speech_like(6, 1)
    samples[3 * RATE] = 0.95
    assert codes(write_wav(tmp_path / "a.wav", samples)) == {"peak-high"}


def test_noise_is_measured_in_the_quietest_place(tmp_path: Path) -> None:
    samples = speech_like(6, 1) + np.random.default_rng(0).normal(0, 0.002, 6 * RATE)
    assert codes(write_wav(tmp_path / "a.wav", samples)) == {"noise-floor"}


def test_dead_silence_is_remarked_but_passes(tmp_path: Path) -> None:
    samples = speech_like(6, 1)
    samples[-RATE:] = 0
    (report,) = check([write_wav(tmp_path / "a.wav", samples)], ACX)
    assert report.passed
    assert [warning.code for warning in report.warnings] == ["dead-silence"]
    assert report.as_json()["noise_floor_db"] is None


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("-q:a", "2"), "not-cbr"),
        (("-b:a", "128k"), "bitrate-low"),
        (("-b:a", "192k", "-ar", "48000"), "sample-rate"),
    ],
)
def test_mp3_rules_of_acx(tmp_path: Path, options: tuple[str, ...], code: str) -> None:
    path = mp3(tmp_path / "a.mp3", speech_like(8, 1), *options)
    assert code in codes(path)
    assert codes(path, "none") == set(), "a standard without a sampling rate has no rules for MP3"


def test_bit_rates_are_read_from_frames_not_from_headers(tmp_path: Path) -> None:
    samples = speech_like(6, 1)
    first = mp3(tmp_path / "a.mp3", samples, "-b:a", "192k", "-id3v2_version", "0")
    second = mp3(tmp_path / "b.mp3", samples, "-b:a", "128k", "-id3v2_version", "0", "-write_xing", "0")
    joined = tmp_path / "joined.mp3"
    joined.write_bytes(b"rubbish" * 9 + first.read_bytes() + b"TAG" + bytes(125) + second.read_bytes())
    assert read_mpeg(first).kbps == (192,)
    assert read_mpeg(joined).kbps == (128, 192)
    assert read_mpeg(joined).frames == read_mpeg(first).frames + read_mpeg(second).frames


@pytest.mark.parametrize(
    ("head", "tail", "code"), [(0.05, 2, "head"), (3, 2, "head"), (0.75, 0.2, "tail"), (0.75, 9, "tail")]
)
def test_too_little_or_too_much_room_tone_is_named(tmp_path: Path, head: float, tail: float, code: str) -> None:
    voice = speech_like(8, 1)[round(0.75 * RATE) : -2 * RATE]
    tone = np.random.default_rng(1)
    samples = np.concatenate(
        [tone.normal(0, 2e-4, round(head * RATE)), voice, tone.normal(0, 2e-4, round(tail * RATE))]
    )
    assert code in codes(mp3(tmp_path / "a.mp3", samples))


def test_loudness_standards_look_at_lufs_and_true_peak(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "a.wav", speech_like(6, 1, level_db=-30))
    assert codes(path, "streaming") == {"loudness"}
    (report,) = check([path], PROFILES["streaming"])
    assert "LUFS, not -19 to -17" in report.problems[0].message


def test_an_m4b_without_chapters_tags_or_cover_is_told_so(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.m4b", speech_like(6, 1), "-c:a", "aac", form="ipod")
    (report,) = check([path], ACX)
    assert [problem.code for problem in report.problems] == ["chapters-missing"] + 3 * ["tag-missing"]
    assert {warning.code for warning in report.warnings} == {"cover-missing", "media-type", "not-faststart"}


@pytest.mark.parametrize(
    ("spans", "code"),
    [
        ([(500, 3000), (3000, 6000)], "chapters-start"),
        ([(0, 3000), (3000, 4000)], "chapters-end"),
        ([(0, 2000), (4000, 6000)], "chapters-gap"),
    ],
)
def test_chapters_that_do_not_cover_the_sound(tmp_path: Path, spans: list[tuple[int, int]], code: str) -> None:
    wav = write_wav(tmp_path / "a.wav", speech_like(6, 1))
    notes = tmp_path / "notes.txt"
    rows = "".join(f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={start}\nEND={end}\ntitle=x\n" for start, end in spans)
    notes.write_text(";FFMETADATA1\ntitle=t\nartist=a\nalbum=b\n" + rows, encoding="utf-8")
    arguments = (*ffmpeg.input_file(wav, "wav"), *ffmpeg.input_file(notes, "ffmetadata"), "-map_metadata", "1")
    out = tmp_path / "a.mp3"
    ffmpeg.run(
        (*arguments, "-c:a", "libmp3lame", "-b:a", "192k", "-ar", "44100", "-f", "mp3", ffmpeg.file_url(out)), place="a"
    )
    assert codes(out) == {code}


def test_the_codec_must_fit_the_name(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.m4b", speech_like(6, 1), "-c:a", "alac", form="ipod")
    assert "codec" in codes(path)


def test_damage_is_a_problem_of_the_file_and_not_of_the_run(tmp_path: Path) -> None:
    good = publish(make_audiobook(tmp_path), "m4b", tmp_path, Settings(), "lamp").paths[0]
    cut = tmp_path / "cut.m4b"
    cut.write_bytes(good.read_bytes()[:-20_000])
    text = tmp_path / "text.mp3"
    text.write_text("not music", encoding="utf-8")
    reports = check([cut, text, good], ACX)
    assert [report.problems[0].code if report.problems else "" for report in reports] == ["damaged", "unreadable", ""]


def test_a_folder_is_searched_and_compared(tmp_path: Path) -> None:
    publish(make_audiobook(tmp_path), "mp3", tmp_path / "out", Settings(), "lamp")
    stereo = tmp_path / "out" / "mp3" / "04 - Odd.mp3"
    mp3(stereo, speech_like(6, 1), "-b:a", "192k", "-af", "pan=stereo|c0=c0|c1=c0")
    (tmp_path / "out" / "mp3" / ".05 - half.mp3").write_bytes(b"")
    (tmp_path / "out" / ".audiobook" / "half.wav").write_bytes(b"")
    (tmp_path / "out" / "notes.txt").write_bytes(b"")
    reports = check([tmp_path / "out"], ACX)
    assert len(reports) == 4
    assert [problem.code for report in reports for problem in report.problems if problem.code != "tag-missing"] == [
        "differs"
    ]


def test_captions_are_held_against_the_sound_beside_them(tmp_path: Path) -> None:
    audiobook = make_audiobook(tmp_path)
    for kind in ("m4b", "srt", "vtt"):
        publish(audiobook, kind, tmp_path / "out", Settings(), "lamp")
    assert all(report.passed for report in check([tmp_path / "out"], ACX))
    late = tmp_path / "out" / "lamp.srt"
    late.write_text(late.read_text(encoding="utf-8") + "\n9\n00:01:00,000 --> 00:01:01,000\nLate.\n", encoding="utf-8")
    assert codes(late) == {"captions-late"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", {"captions-missing"}),
        ("1\n00:00:02,000 --> 00:00:01,000\nA\n", {"caption-empty"}),
        ("1\n00:00:01,000 --> 00:00:03,000\nA\n\n2\n00:00:02,000 --> 00:00:04,000\nB\n", {"captions-overlap"}),
        ("1\r\n00:00:01,000 --> 00:00:03,000\r\n\r\n", {"caption-text"}),
        ("\ufeff1\n00:00:01,000 --> 00:00:03,000\nA\n", set()),
    ],
)
def test_faults_of_captions_are_named(tmp_path: Path, text: str, code: set[str]) -> None:
    path = tmp_path / "a.srt"
    path.write_text(text, encoding="utf-8", newline="")
    assert codes(path) == code


def test_the_json_has_the_fields_that_other_programs_read(tmp_path: Path) -> None:
    publish(make_audiobook(tmp_path), "m4b", tmp_path, Settings(), "lamp")
    result = CliRunner().invoke(command, ["--json", str(tmp_path / "lamp.m4b")])
    found = json.loads(result.output)
    assert list(found) == [
        "path", "kind", "duration_s", "rms_db", "peak_db", "true_peak_db", "noise_floor_db", "lufs", "head_s", "tail_s",
        "sample_rate", "channels", "bitrate", "chapters", "tags", "passed", "problems", "warnings",
    ]  # fmt: skip
    assert found["passed"] is True
    assert found["chapters"][1] == {
        "title": "Chapter 2",
        "start_s": 6.016,
        "end_s": 12.032,
    }  # whole AAC frames at 24 kHz
    assert found["tags"]["artist"] == "A. Writer"
    assert (found["rms_db"], found["head_s"]) == (pytest.approx(-20.5, abs=0.2), pytest.approx(0.75, abs=0.1))


def test_the_command_tells_by_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = write_wav(tmp_path / "good.wav", speech_like(6, 1)), write_wav(tmp_path / "bad.wav", np.ones(6 * RATE))
    assert main(["check", str(good)]) == 0
    assert "The file meets the standard 'acx'." in capsys.readouterr().out
    assert main(["check", str(good), str(bad)]) == 1
    printed = capsys.readouterr()
    assert "RMS is -0.00 dB, above -18 dB" in printed.out
    assert "1 of 2 files fail the standard 'acx'" in printed.err
    assert main(["check", str(tmp_path / "none.mp3")]) == 3
    assert main(["check", "--profile", "nonsense", str(good)]) == 2


def test_what_cannot_be_checked_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"")
    for path, words in (
        (tmp_path, "holds no audio"),
        (tmp_path / "a.txt", "no kind of file"),
        (tmp_path / "b", "not exist"),
    ):
        with pytest.raises(SourceError, match=words):
            check([path], ACX)


def test_a_missing_ffmpeg_is_not_blamed_on_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_wav(tmp_path / "a.wav", speech_like(6, 1))
    monkeypatch.setenv("AUDIOBOOK_FFMPEG", "no-such-program")
    with pytest.raises(ToolError, match="no-such-program"):
        check([path], ACX)


def test_a_chapter_longer_than_two_hours_is_too_long_for_acx(tmp_path: Path) -> None:
    path = mp3(tmp_path / "a.mp3", speech_like(66, 1))
    strict = replace(ACX, chapter_minutes=1)
    (report,) = check([path], strict)
    assert "too-long" in {problem.code for problem in report.problems}


def test_clipped_tops_are_remarked_with_their_place(tmp_path: Path) -> None:
    samples = speech_like(6, 1)
    samples[3 * RATE : 3 * RATE + 10] = 1.0
    (report,) = check([write_wav(tmp_path / "a.wav", samples)], PROFILES["none"])
    assert [(warning.code, warning.message) for warning in report.warnings if warning.code == "clipping"] == [
        ("clipping", "is clipped in 1 places (at 0:03.00)")
    ]


def test_a_click_is_remarked_and_speech_is_not(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).normal(0, 0.15, 6 * RATE)  # as sharp as the hardest "s"
    clean = write_wav(tmp_path / "clean.wav", np.clip(speech_like(6, 1) + noise, -0.9, 0.9))
    samples = speech_like(6, 1)
    samples[3 * RATE + 100] += 0.6
    clicked = write_wav(tmp_path / "clicked.wav", samples)
    first, second = check([clean, clicked], PROFILES["none"])
    assert "clicks" not in {warning.code for warning in first.warnings}
    assert [warning.message for warning in second.warnings] == ["clicks in 1 places (at 0:03.00)"]


def test_a_long_silence_is_remarked(tmp_path: Path) -> None:
    pause = np.random.default_rng(1).normal(0, 2e-4, 9 * RATE)
    voice = speech_like(4, 1)
    (report,) = check([write_wav(tmp_path / "a.wav", np.concatenate([voice, pause, voice]))], PROFILES["none"])
    assert [warning.code for warning in report.warnings] == ["long-silence"]


def test_captions_that_drift_are_a_problem(tmp_path: Path) -> None:
    audiobook = make_audiobook(tmp_path, make_track(tmp_path, 1, 30.0, texts=tuple("ABCDEFGH")))
    publish(audiobook, "m4b", tmp_path / "out", Settings(), "lamp")
    captions = tmp_path / "out" / "lamp.srt"
    captions.write_text(
        "1\n00:00:03,000 --> 00:00:05,000\nA\n\n2\n00:00:28,300 --> 00:00:29,900\nB\n", encoding="utf-8"
    )
    assert codes(captions) == {"captions-drift"}


def test_the_page_shows_files_faults_and_curves(tmp_path: Path) -> None:
    publish(make_audiobook(tmp_path, make_track(tmp_path, title="<One>")), "m4b", tmp_path, Settings(), "lamp")
    bad = write_wav(tmp_path / "a&b.wav", np.zeros(3 * RATE))
    page = tmp_path / "report.html"
    assert main(["check", str(tmp_path / "lamp.m4b"), str(bad), "--html", str(page)]) == 1
    text = page.read_text(encoding="utf-8")
    assert text.count("<svg") == 2
    assert "<title>&lt;One&gt;</title>" in text
    assert 'a&amp;b.wav <span class="fail">' in text
    assert "RMS is minus infinity, below -23 dB" in text
    points = text.partition('class="rms" d="M')[2].partition('"')[0].split()
    assert len(points) == 60
    heights = [float(point.split(",")[1]) for point in points]
    assert heights[0] == pytest.approx(120 * 72 / 90, abs=1), "room tone"
    assert min(heights) == pytest.approx(120 * 17 / 90, abs=6), "speech"


@pytest.mark.parametrize(("true", "named", "message"), [
    ("wav", "mp3", "is WAV under a name for MP3"),
    ("mp3", "wav", "is MP3 under a name for WAV"),
    ("flac", "opus", "is FLAC under a name for Ogg"),
])  # fmt: skip
def test_a_file_under_the_name_of_another_format_is_called_so(
    tmp_path: Path, true: str, named: str, message: str
) -> None:
    # ffmpeg's "Decode error rate" and a dozen measurements of noise stood there.
    options = {"wav": ("pcm_s16le", "wav"), "mp3": ("libmp3lame", "mp3"), "flac": ("flac", "flac")}
    codec, form = options[true]
    path = encode(tmp_path / f"a.{named}", speech_like(6, 1), "-c:a", codec, form=form)
    (report,) = check([path], ACX)
    assert [problem.message for problem in report.problems] == [message]


@pytest.mark.parametrize(("kind", "codec", "form"), [
    ("wav", "pcm_s16le", "wav"), ("mp3", "libmp3lame", "mp3"), ("flac", "flac", "flac"), ("opus", "libopus", "opus"),
    ("m4a", "aac", "ipod"),
])  # fmt: skip
def test_a_file_that_was_cut_off_fails(tmp_path: Path, kind: str, codec: str, form: str) -> None:
    # Half a WAV passed, for what was left of it was in order.
    rate = 48_000 if kind == "opus" else RATE
    fast = ("-movflags", "+faststart") if kind == "m4a" else ()
    path = encode(tmp_path / f"a.{kind}", speech_like(6, 1, rate), "-c:a", codec, *fast, rate=rate, form=form)
    assert "cut-off" not in codes(path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert "cut-off" in codes(path)


def test_an_mp3_without_its_encoders_header_is_not_taken_for_cut_off(tmp_path: Path) -> None:
    # Its length is a guess then, and was 16 s too long for one of 199 s.
    whole = mp3(tmp_path / "a.mp3", speech_like(30, 1), "-q:a", "4", "-write_xing", "0")
    assert read_mpeg(whole).header is False
    assert "cut-off" not in codes(whole)
    assert read_mpeg(mp3(tmp_path / "b.mp3", speech_like(6, 1))).header is True


def test_the_page_fits_a_phone_and_begins_with_all_files(tmp_path: Path) -> None:
    # A table of eight columns made the whole page wider than the screen.
    good = mp3(tmp_path / "<good>.mp3", speech_like(6, 1))
    reports = check([good], ACX)
    text = report_page(reports, ACX, "acx")
    assert text.count("<table") == text.count('<div class="wide" role="region"') == 1
    assert '<a href="#f0">&lt;good&gt;.mp3</a>' in text
    assert 'id="f0"' in text
    wave = text.partition('class="wave" points="')[2].partition('"')[0].split()
    assert len(wave) == 2 * len(reports[0].curve) > 0
    with browser() as tab:
        page = tab()
        page.size(390, 844, mobile=True)
        (tmp_path / "report.html").write_text(text, encoding="utf-8")
        page.open(tmp_path / "report.html")
        assert page.see("document.documentElement.scrollWidth") == 390
        assert not page.complaints
