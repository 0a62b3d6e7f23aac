"""The sample story, read by real voices: what a user gets from one command, measured on the finished files."""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import mutagen.mp4
import pytest

from audiobook.cli import main
from audiobook.settings import PROFILES
from audiobook.verify import check

SAMPLE = Path(__file__).parent.parent / "examples" / "the-lamp-at-kerrow-point.txt"
FORMATS = "m4b,mp3,srt,vtt"


@pytest.fixture(scope="module")
def produced(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Chapter 2 of the sample, built by Piper and by pyttsx3."""
    folders = {}
    for engine in ("piper", "pyttsx3"):
        folders[engine] = tmp_path_factory.mktemp(engine)
        arguments = ["build", str(SAMPLE), "--engine", engine, "--formats", FORMATS, "--chapters", "2"]
        assert main([*arguments, "-o", str(folders[engine]), "-q"]) == 0
        folders[engine] /= "chapters-2"
    return folders


@pytest.mark.parametrize("engine", ["piper", "pyttsx3"])
class TestProduced:
    def test_every_file_passes_the_delivery_standard(self, produced: dict[str, Path], engine: str) -> None:
        reports = check([produced[engine]], PROFILES["acx"])
        assert {report.kind for report in reports} == {"m4b", "mp3", "srt", "vtt"}
        assert [problem for report in reports for problem in report.problems] == []

    def test_the_m4b_has_its_marker_its_tags_and_a_plausible_length(
        self, produced: dict[str, Path], engine: str
    ) -> None:
        book = mutagen.mp4.MP4(next(produced[engine].glob("*.m4b")))
        assert book.tags is not None
        assert [chapter.title for chapter in book.chapters or ()] == ["Chapter 2: Fourteen"]
        assert book.tags["\xa9nam"] == ["The Lamp at Kerrow Point"]
        assert book.tags["stik"] == [2]
        assert 60 < book.info.length < 240

    def test_the_last_caption_ends_with_the_speech(self, produced: dict[str, Path], engine: str) -> None:
        last = next(produced[engine].glob("*.srt")).read_text("utf-8").strip().split("\n\n")[-1].split("\n")
        hours, minutes, seconds = last[1].split(" --> ")[1].replace(",", ".").split(":")
        ends = int(hours) * 3600 + int(minutes) * 60 + float(seconds)
        (report,) = check([next((produced[engine] / "mp3").glob("*.mp3"))], PROFILES["acx"])
        assert report.levels is not None
        assert ends == pytest.approx(report.duration_s - report.levels.tail_s, abs=0.1)

    def test_the_check_command_agrees(
        self, produced: dict[str, Path], engine: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["check", str(produced[engine]), "--profile", "acx", "--json"]) == 0
        rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
        assert len(rows) == 4
        assert all(row["passed"] for row in rows)


def test_a_quiet_profile_is_not_met_by_files_of_another(produced: dict[str, Path]) -> None:
    strict = dataclasses.replace(PROFILES["acx"], rms_low_db=-15.0, rms_high_db=-14.0)
    (report,) = check([next(produced["piper"].glob("*.m4b"))], strict)
    assert [problem.code for problem in report.problems] == ["rms-low"]


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is a POSIX signal")
def test_a_killed_build_goes_on_where_it_stopped(tmp_path: Path) -> None:
    environment = {**os.environ, "AUDIOBOOK_CACHE": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "audiobook", "build", str(SAMPLE), "--engine", "pyttsx3", "--json"]
    command += ["-o", str(tmp_path / "out"), "--jobs", "1"]
    running = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    assert running.stdout is not None
    takes = 0
    for line in running.stdout:
        takes += json.loads(line)["event"] == "take"
        if takes == 10:
            break
    running.send_signal(signal.SIGKILL)
    running.wait()
    running.stdout.close()
    assert not list((tmp_path / "out").glob("*.m4b"))
    time.sleep(0.5)
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["event"] == "done"
    assert 0 < last["recorded"] <= last["takes"] - 10
