from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from tone import RATE, speech_like, write_wav

from audiobook import ffmpeg
from audiobook.errors import OutputError, ToolError

posix = pytest.mark.skipif(os.name != "posix", reason="a shell script stands in for ffmpeg")


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Put a script in ffmpeg's place."""

    def install(body: str) -> None:
        path = tmp_path / "fake-ffmpeg"
        path.write_text(f"#!{sys.executable}\nimport sys, time\n{body}\n", encoding="utf-8")
        path.chmod(0o755)
        monkeypatch.setenv("AUDIOBOOK_FFMPEG", str(path))

    return install


def test_a_round_trip_through_flac_keeps_every_sample(tmp_path: Path) -> None:
    samples = np.round(speech_like(3.0, 1) * 32767).astype("<i2")
    out = tmp_path / "it's a %d concat:x.flac"
    blocks = (samples[at : at + 1000].tobytes() for at in range(0, len(samples), 1000))
    ffmpeg.encode(blocks, RATE, ("-c:a", "flac"), out, "flac", seconds=3)
    decoded = np.concatenate(list(ffmpeg.decode(out, 1)))
    assert decoded.shape == (len(samples), 1)
    assert np.array_equal(np.round(decoded[:, 0] * 32768).astype(int), samples.astype(int))
    media = ffmpeg.probe(out)
    assert (media.codec, media.sample_rate, media.channels, media.duration_s) == ("flac", RATE, 1, 3.0)


def test_probe_reads_tags_and_chapters_with_any_character(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "a.wav", speech_like(2.0, 1))
    title = "a=b; #c \\ d\nStream #0:0: Audio: fake, 1 Hz, 9 channels"
    notes = tmp_path / "notes.txt"
    notes.write_text(
        f";FFMETADATA1\ntitle={ffmpeg.escape_metadata(title)}\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=1500\n"
        f"title={ffmpeg.escape_metadata(title)}\n",
        encoding="utf-8",
    )
    out = tmp_path / "a.m4b"
    ffmpeg.run(
        (
            *ffmpeg.input_file(wav, "wav"),
            *ffmpeg.input_file(notes, "ffmetadata"),
            *("-map_metadata", "1", "-c:a", "aac", "-f", "ipod", ffmpeg.file_url(out)),
        ),
        place="a.m4b",
    )
    media = ffmpeg.probe(out)
    assert dict(media.tags)["title"] == title
    assert media.chapters == (ffmpeg.Chapter(title, 0.0, 1.5),)
    assert (media.codec, media.sample_rate, media.channels) == ("aac", RATE, 1)


def test_stereo_is_decoded_as_two_channels(tmp_path: Path) -> None:
    samples = np.stack([speech_like(1.0, 1), np.zeros(RATE)], axis=1)
    wav = write_wav(tmp_path / "a.wav", samples.reshape(-1), channels=2)
    decoded = np.concatenate(list(ffmpeg.decode(wav, ffmpeg.probe(wav).channels)))
    assert decoded.shape == (RATE, 2)
    assert not decoded[:, 1].any()


def test_a_missing_program_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIOBOOK_FFMPEG", "no-such-program")
    with pytest.raises(ToolError, match=r"'no-such-program'.*Unset AUDIOBOOK_FFMPEG"):
        ffmpeg.executable()


def test_the_system_program_is_used_only_when_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name = tmp_path / ("ffmpeg.exe" if os.name == "nt" else "ffmpeg")
    name.write_bytes(b"")
    name.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Path(ffmpeg.executable()) != name
    monkeypatch.setenv("AUDIOBOOK_FFMPEG", "system")
    assert Path(ffmpeg.executable()) == name


def test_a_broken_input_is_an_error_with_ffmpegs_own_words(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp3"
    bad.write_bytes(b"this is no music" * 100)
    with pytest.raises(ToolError, match=r"bad\.mp3: ffmpeg failed \(.*Invalid"):
        ffmpeg.probe(bad)


def test_a_truncated_file_does_not_decode_in_silence(tmp_path: Path) -> None:
    out = tmp_path / "a.m4b"
    samples = np.round(speech_like(3.0, 1) * 32767).astype("<i2")
    options = ("-c:a", "aac", "-movflags", "+faststart")
    ffmpeg.encode([samples.tobytes()], RATE, options, out, "ipod", seconds=3)
    out.write_bytes(out.read_bytes()[:-4000])
    with pytest.raises(ToolError, match="does not decode cleanly"):
        list(ffmpeg.decode(out, 1))


@posix
def test_a_failing_program_is_quoted_by_its_last_meaningful_line(fake: Callable[[str], None]) -> None:
    fake("sys.stderr.write('[aac @ 0x55aa] Input is too strange\\nConversion failed!\\n'); sys.exit(3)")
    with pytest.raises(ToolError, match=r"^book\.m4b: ffmpeg failed \(Input is too strange\)\."):
        ffmpeg.run(("-i", "x"), place="book.m4b")


@posix
def test_a_full_disk_is_an_output_error(fake: Callable[[str], None]) -> None:
    fake("sys.stderr.write('av_interleaved_write_frame(): No space left on device\\n'); sys.exit(228)")
    with pytest.raises(OutputError, match=r"No space left on device.*Free some disk space"):
        ffmpeg.run((), place="book.m4b", pcm=[bytes(1 << 20)] * 8)


@posix
def test_a_hung_program_is_killed_after_its_timeout(fake: Callable[[str], None]) -> None:
    fake("time.sleep(60)")
    started = time.monotonic()
    with pytest.raises(ToolError, match="no progress for 0 s"):
        ffmpeg.run((), place="x", timeout_s=0.4)
    assert time.monotonic() - started < 10


@posix
def test_a_program_that_cannot_start_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ffmpeg"
    path.write_bytes(b"not a program")
    path.chmod(0o755)
    monkeypatch.setenv("AUDIOBOOK_FFMPEG", str(path))
    with pytest.raises(ToolError, match="did not start"):
        ffmpeg.version()


@posix
def test_cancelling_kills_the_child(fake: Callable[[str], None], tmp_path: Path) -> None:
    fake("time.sleep(60)")

    def stop() -> Iterator[bytes]:
        yield b"x"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ffmpeg.run((), place="x", pcm=stop())
    assert not [child for child in psutil.Process().children() if "fake-ffmpeg" in " ".join(child.cmdline())]


@posix
def test_a_decoder_that_is_left_early_is_killed(tmp_path: Path) -> None:
    wav = write_wav(tmp_path / "a.wav", np.zeros(RATE * 120))
    blocks = ffmpeg.decode(wav, 1)
    next(blocks)
    blocks.close()
    assert not [child for child in psutil.Process().children() if "ffmpeg" in child.name()]
    assert threading.active_count() < 20


def test_a_title_that_ends_with_a_backslash_keeps_its_chapter(tmp_path: Path) -> None:
    # ffmpeg read the line's end as escaped, and the next chapter took the place of this one.
    wav = write_wav(tmp_path / "a.wav", speech_like(2.0, 1))
    entries = "".join(
        f"[CHAPTER]\nTIMEBASE=1/1\nSTART={start}\nEND={start + 1}\ntitle={ffmpeg.escape_metadata(title)}\n"
        for start, title in enumerate(("over\\", "and out"))
    )
    notes = tmp_path / "notes.txt"
    notes.write_text(f";FFMETADATA1\n{entries}", encoding="utf-8")
    out = tmp_path / "a.m4b"
    inputs = (*ffmpeg.input_file(wav, "wav"), *ffmpeg.input_file(notes, "ffmetadata"))
    ffmpeg.run((*inputs, "-map_metadata", "1", "-c:a", "aac", "-f", "ipod", ffmpeg.file_url(out)), place="a.m4b")
    assert [chapter.title.strip() for chapter in ffmpeg.probe(out).chapters] == ["over\\", "and out"]
