"""Whatever goes wrong in the middle of a build, nothing is lost and the next build gives the bytes of a quiet one."""

from __future__ import annotations

import hashlib
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from audiobook.cli import main
from audiobook.errors import OutputError

SPEAKERS = ("Ada", "Tom", "Dr. Crane", "the keeper")
FORMATS = "m4b,mp3,epub,vtt"
KILLS = 4
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL and process limits are POSIX")


def _chapter(number: int) -> str:
    rows = [f"Chapter {number}"]
    for line in range(4):
        speaker = SPEAKERS[(number + line) % len(SPEAKERS)]
        rows.append(f"The tide of day {number} turned at {line + 1} o'clock, and the boats came in over the bar.")
        rows.append(f'"There are {10 * number + line} boats," said {speaker}. "I counted them twice from the tower."')
    return "\n\n".join(rows)


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "boats.txt"
    path.write_text("The Boats\n\n" + "\n\n".join(_chapter(number) for number in (1, 2, 3)) + "\n", "utf-8")
    return path


def command(book: Path, out: Path) -> list[str]:
    arguments = ["build", str(book), "--engine", "silent", "--formats", FORMATS, "-o", str(out), "-q", "--jobs", "2"]
    return [sys.executable, "-m", "audiobook", *arguments]


def environment(cache: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "AUDIOBOOK_CACHE": str(cache), **more}


def run(book: Path, home: Path, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(book, home / "out"),
        env=environment(home / "cache", **more),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def finished(out: Path) -> dict[str, str]:
    """Every file under a final name and its hash; the build's own notes are not a product."""
    return {
        path.relative_to(out).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(out.rglob("*"))
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(out).parts)
    }


def left_over(home: Path) -> list[str]:
    """Files and folders that only a build in progress needs."""
    temporary = [path for path in (home / "out").rglob(".*") if path.name != ".audiobook"]
    return [str(path) for path in (*temporary, *(home / "cache" / "work").glob("*"))]


@pytest.fixture(scope="module")
def quiet(book: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], float]:
    """What an undisturbed build writes, and how long it took."""
    home = tmp_path_factory.mktemp("quiet")
    begun = time.monotonic()
    assert run(book, home).returncode == 0
    return finished(home / "out"), time.monotonic() - begun


def killed_after(book: Path, home: Path, seconds: float) -> None:
    running = subprocess.Popen(
        command(book, home / "out"),
        env=environment(home / "cache"),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        running.wait(seconds)
    except subprocess.TimeoutExpired:
        running.kill()
    running.wait()


@pytest.mark.parametrize("seed", [1, 2])
def test_killed_at_any_moment_it_goes_on_and_ends_with_the_same_bytes(
    book: Path, quiet: tuple[dict[str, str], float], tmp_path: Path, seed: int
) -> None:
    expected, duration = quiet
    moments = random.Random(seed)
    for _ in range(KILLS):
        killed_after(book, tmp_path, moments.uniform(0.1, 1.0) * duration)
        there = finished(tmp_path / "out") if (tmp_path / "out").is_dir() else {}
        assert there.items() <= expected.items(), "a file under its final name is not whole"
    done = run(book, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert finished(tmp_path / "out") == expected
    assert left_over(tmp_path) == []


def test_a_killed_speaking_process_is_replaced(book: Path, quiet: tuple[dict[str, str], float], tmp_path: Path) -> None:
    running = subprocess.Popen(
        command(book, tmp_path / "out"), env=environment(tmp_path / "cache"), stderr=subprocess.PIPE, text=True
    )
    killed = 0
    while running.poll() is None and killed < 3:
        for child in psutil.Process(running.pid).children():
            if "audiobook.workers" in " ".join(_words(child)):
                child.kill()
                killed += 1
                time.sleep(0.1)
        time.sleep(0.01)
    _, log = running.communicate(timeout=120)
    assert killed, "no speaking process was met"
    assert (running.returncode, log) == (0, "")
    assert finished(tmp_path / "out") == quiet[0]


def _words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


FAULTY = {
    "that fails": "echo 'encoder exploded' >&2\nexit 3",
    "that is killed": "kill -9 $$",
    "that writes rubbish": "cat >/dev/null 2>&1 </dev/null\nhead -c 5000 /dev/zero\nexit 0",
}


@pytest.mark.parametrize("body", FAULTY.values(), ids=FAULTY.keys())
def test_a_broken_ffmpeg_is_one_line_and_costs_no_take(
    book: Path, quiet: tuple[dict[str, str], float], tmp_path: Path, body: str
) -> None:
    broken = tmp_path / "ffmpeg"
    broken.write_text(f"#!/bin/sh\n{body}\n")
    broken.chmod(0o755)
    failed = run(book, tmp_path, AUDIOBOOK_FFMPEG=str(broken))
    assert failed.returncode == 6, failed.stderr
    assert len(failed.stderr.strip().splitlines()) == 1, failed.stderr
    there = finished(tmp_path / "out")
    assert there.items() <= quiet[0].items()
    takes = _takes(tmp_path)
    assert run(book, tmp_path).returncode == 0
    assert finished(tmp_path / "out") == quiet[0]
    assert takes <= _takes(tmp_path)


def _takes(home: Path) -> set[tuple[str, int]]:
    """Takes by name and inode: one that was made anew has another inode."""
    return {(path.name, path.stat().st_ino) for path in (home / "cache" / "takes").rglob("*.flac")}


def test_a_disk_that_fills_up_is_one_line_and_the_next_build_ends_well(
    book: Path, quiet: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    """The system's limit on the size of a file refuses writes at the place where a full disk would."""
    limited = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000)); "
    limited += "sys.argv[0] = 'audiobook'; runpy.run_module('audiobook', run_name='__main__')"
    arguments = [sys.executable, "-c", limited, *command(book, tmp_path / "out")[3:]]
    failed = subprocess.run(
        arguments, env=environment(tmp_path / "cache"), capture_output=True, text=True, timeout=120, check=False
    )
    assert failed.returncode == 6, failed.stderr
    assert len(failed.stderr.strip().splitlines()) == 1, failed.stderr
    assert finished(tmp_path / "out").items() <= quiet[0].items()
    takes = _takes(tmp_path)
    assert takes
    assert run(book, tmp_path).returncode == 0
    assert finished(tmp_path / "out") == quiet[0]
    assert takes <= _takes(tmp_path)


def test_damaged_entries_of_the_cache_are_made_anew(
    book: Path, quiet: tuple[dict[str, str], float], tmp_path: Path
) -> None:
    assert run(book, tmp_path).returncode == 0
    damage = random.Random(7)
    files = sorted(path for path in (tmp_path / "cache").rglob("*") if path.is_file())
    for path in files:
        data = bytearray(path.read_bytes())
        if data and damage.random() < 0.5:
            data[damage.randrange(len(data))] ^= 0xFF
            path.write_bytes(data if damage.random() < 0.7 else data[: len(data) // 2])
    for name in quiet[0]:
        if not name.endswith(".script"):
            (tmp_path / "out" / name).unlink()
    done = run(book, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert finished(tmp_path / "out") == quiet[0]


@pytest.fixture
def mad_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A wall clock that jumps by years between two looks; the steady clock stays steady."""
    jumps = random.Random(3)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + jumps.uniform(-5e8, 5e8))
    return


@pytest.mark.usefixtures("mad_clock")
def test_a_jumping_clock_changes_nothing(
    book: Path, quiet: tuple[dict[str, str], float], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(tmp_path / "cache"))
    assert main(command(book, tmp_path / "out")[3:]) == 0
    for number, path in enumerate(sorted((tmp_path / "cache").rglob("*"))):
        if path.is_file():
            os.utime(path, (4e9, 4e9) if number % 2 else (1, 1))
    assert main(command(book, tmp_path / "out")[3:]) == 0
    assert finished(tmp_path / "out") == quiet[0]


def test_a_folder_that_refuses_writing_is_one_line_before_anything_is_spoken(
    book: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Root may write into read-only folders, so the refusal itself is put in place."""
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(tmp_path / "cache"))

    def refuse(folder: Path) -> None:
        if str(folder).startswith(str(tmp_path / "out")):
            raise OutputError("cannot be written (Read-only file system)", place=str(folder), remedy="Choose -o DIR")
        folder.mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr("audiobook.atomic.make_folder", refuse)
    monkeypatch.setattr("audiobook.pipeline.studio.make_folder", refuse)
    assert main(command(book, tmp_path / "out")[3:]) == 6
    assert len(capsys.readouterr().err.strip().splitlines()) == 1
    assert not (tmp_path / "cache" / "takes").exists()
