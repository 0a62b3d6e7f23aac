"""``audiobook batch`` as a user meets it: a shelf of books, failures, kills, and the same command again."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import filelock
import pytest
from shelf_maker import BROKEN, FRONT, PLACES, make_shelf

from audiobook.cache import TakeCache
from audiobook.cli import main

SILENT = ("--engine", "silent", "--jobs", "2", "--formats", "opus,vtt", "--profile", "none")
NAMES = sorted(f"deep/{place}" if place in {"quarry", "library", "mill"} else place for place in PLACES)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shelf, and one batch that ran undisturbed."""
    folder = tmp_path_factory.mktemp("batch")
    make_shelf(folder / "shelf")
    done = start(folder)
    done.communicate()
    (folder / "code").write_text(str(done.returncode))
    return folder


@pytest.fixture
def copied(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that folder, to change and to run on, and its cache."""
    folder = tmp_path / "home"
    shutil.copytree(home, folder)
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(folder / "cache"))
    monkeypatch.chdir(folder)
    return folder


def start(folder: Path, *more: str) -> subprocess.Popen[str]:
    environment = os.environ | {"AUDIOBOOK_CACHE": str(folder / "cache"), "AUDIOBOOK_CONFIG": str(folder / "config")}
    return subprocess.Popen(
        [sys.executable, "-m", "audiobook", "batch", "shelf", "-o", "out", "--json", *SILENT, *more],
        cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8",
    )  # fmt: skip


def batch(*arguments: str) -> int:
    return main(["batch", *arguments, *SILENT])


def events(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def ended(rows: list[dict[str, Any]], kind: str) -> list[str]:
    return sorted(row["book"] for row in rows if row["event"] == kind)


def summary(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "out" / "summary.json").read_text("utf-8"))
    return found


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def packages(folder: Path) -> dict[str, str]:
    out = folder / "out"
    return {
        path.relative_to(out).as_posix(): sha256(path)
        for path in sorted(out.rglob("*"))
        if path.is_file() and ".audiobook" not in path.parts and not path.name.startswith("summary")
    }


def take_files(folder: Path) -> dict[str, int]:
    """Every take and the number of its file, which changes when it is written again."""
    return {path.name: path.stat().st_ino for path in (folder / "cache" / "takes").glob("??/*.json")}


def test_good_books_of_every_format_are_finished_and_broken_ones_named(home: Path) -> None:
    assert (home / "code").read_text() == "7"
    rows = summary(home)
    assert (rows["books"], rows["done"], rows["failed"], rows["unfinished"]) == (11, 8, 3, 0)
    states = {row["name"]: row["state"] for row in rows["outcomes"]}
    assert states == dict.fromkeys(NAMES, "done") | dict.fromkeys(BROKEN, "failed")
    for row in rows["outcomes"]:
        if row["state"] == "done":
            assert row["chapters"] == 2
            assert row["title"] == f"The {row['name'].rpartition('/')[2].title()}" or row["name"].startswith("deep/")
            assert {Path(file["path"]).suffix for file in row["files"]} == {".opus", ".vtt"}
            assert all((home / "out" / file["path"]).stat().st_size == file["size"] for file in row["files"])
        else:
            assert row["failure"]["code"] == 3
            assert row["name"] in row["failure"]["text"]
            assert row["failure"]["remedy"]


def test_words_that_all_books_share_are_spoken_once(home: Path) -> None:
    rows = summary(home)["outcomes"]
    lines = sum(row["lines"] for row in rows)
    recorded = sum(row["recorded"] for row in rows)
    assert recorded < lines - 7 * 2
    captions = [path.read_text("utf-8") for path in (home / "out").rglob("*.vtt")]
    first, second = FRONT.split(". ")
    assert all(first in text and second[:20] in text for text in captions)


def test_the_table_for_spreadsheets_has_a_row_a_book(home: Path) -> None:
    with (home / "out" / "summary.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["name"] for row in rows) == sorted((*NAMES, *BROKEN))
    assert [row["error"] for row in rows if row["name"] == "empty"] != [""]


def test_a_book_of_a_batch_is_the_book_that_build_makes(copied: Path) -> None:
    assert main(["build", "shelf/deep/quarry.epub", "-o", "alone", *SILENT]) == 0
    made = {name.removeprefix("deep/quarry/"): mark for name, mark in packages(copied).items() if "quarry" in name}
    alone = copied / "alone"
    files = (path for path in sorted(alone.rglob("*")) if path.is_file() and ".audiobook" not in path.parts)
    assert made == {path.relative_to(alone).as_posix(): sha256(path) for path in files}


class Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.images: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        if tag == "a":
            self.links.append(facts["href"] or "")
        if tag == "img":
            self.images.append(facts["src"] or "")
        assert tag != "script"


def test_the_page_links_every_finished_file_and_needs_nothing_else(home: Path) -> None:
    page = Links((home / "out" / "index.html").read_text("utf-8"))
    assert len(page.images) == 8
    assert all(image.startswith("data:image/jpeg;base64,") for image in page.images)
    assert len(page.links) == 8 * 3
    assert all((home / "out" / unquote(link)).is_file() for link in page.links)


def test_the_same_command_again_does_nothing_but_try_what_failed(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = packages(copied)
    assert batch("shelf", "-o", "out", "--json") == 7
    rows = events(capsys)
    assert ended(rows, "current") == NAMES
    assert ended(rows, "failed") == sorted(BROKEN)
    assert packages(copied) == before


def test_mended_books_are_made_with_retry_failed_and_the_others_not_even_looked_at(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert batch("shelf", "-o", "out", "--json") == 7
    capsys.readouterr()
    (copied / "shelf" / "empty.txt").write_text("The Well\n\nIt had water in it after all.\n", "utf-8")
    assert main(["batch", "--retry-failed", "-o", "out", "--json"]) == 7
    rows = events(capsys)
    assert ended(rows, "begun") == sorted(BROKEN)
    assert ended(rows, "done") == ["empty"]
    assert ended(rows, "current") == []
    shutil.copy(copied / "shelf" / "deep" / "quarry.epub", copied / "shelf" / "damaged.epub")
    (copied / "shelf" / "wrong.txt").write_text("Mended\n\nAll is well now.\n", "utf-8")
    assert main(["batch", "--resume", "-o", "out", "--json"]) == 0
    assert summary(copied)["done"] == 11


def _edit(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")


def _lay(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def _touch(home: Path) -> None:
    for path in (home / "shelf" / "harbour.txt", next((home / "out" / "harbour").glob("**/*.vtt"))):
        os.utime(path, (1, 1))


CHANGES: dict[str, Callable[[Path], list[str] | None]] = {
    "source": lambda home: _edit(home / "shelf" / "harbour.txt", "Chapter 2", "Chapter Two"),
    "script": lambda home: _edit(next((home / "out" / "harbour").glob("*.script")), "lit a lamp", "lit a candle"),
    "package": lambda home: next((home / "out" / "harbour").glob("**/*.vtt")).unlink(),
    "package bytes": lambda home: _edit(next((home / "out" / "harbour").glob("**/*.vtt")), "WEBVTT", "webvtt"),
    "lexicon": lambda home: _lay(home / "shelf" / "deep" / "lexicon.toml", '[words]\nAda = "AY-da"\n'),
    "settings": lambda home: _lay(home / "shelf" / "harbour.toml", "[pauses]\nparagraph = 1000\n"),
    "option": lambda home: ["--set", "pauses.paragraph=1000", "--only", "*quarry", "--only", "empty"],
    "touched": _touch,
}


@pytest.mark.parametrize(
    ("change", "again"),
    [
        ("source", ["harbour"]),
        ("script", ["harbour"]),
        ("package", ["harbour"]),
        ("package bytes", ["harbour"]),
        ("lexicon", ["deep/library", "deep/mill", "deep/quarry"]),
        ("settings", ["harbour"]),
        ("option", ["deep/quarry"]),
        ("touched", []),
    ],
)
def test_a_book_is_made_again_when_what_it_was_made_from_or_its_files_have_changed(
    copied: Path, capsys: pytest.CaptureFixture[str], change: str, again: list[str]
) -> None:
    more = CHANGES[change](copied) or []
    assert batch("shelf", "-o", "out", "--json", *more) == 7
    rows = events(capsys)
    assert ended(rows, "done") == again
    assert ended(rows, "current") == [name for name in NAMES if name not in again and change != "option"]
    if change == "script":
        assert "lit a candle" in next((copied / "out" / "harbour").glob("**/*.vtt")).read_text("utf-8")


def test_only_patterns_choose_by_name_source_and_file_name(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(copied / "out")
    assert batch("shelf", "-o", "out", "--json", "--only", "HARB*", "--only", "*.odt") == 0
    assert ended(events(capsys), "done") == ["deep/mill", "harbour"]
    assert {row["state"] for row in summary(copied)["outcomes"]} == {"done", "waiting"}
    assert batch("shelf", "-o", "out", "--only", "nothing*") == 2


def test_fail_fast_stops_at_the_first_failure(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(copied / "out")
    assert batch("shelf", "-o", "out", "--json", "--fail-fast", "--order", "shortest") == 7
    rows = events(capsys)
    assert ended(rows, "failed") == ["empty"]  # nothing is shorter
    assert len(ended(rows, "begun")) <= 3
    assert summary(copied)["unfinished"] >= 8


def test_after_max_hours_no_book_is_begun(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(copied / "out")
    assert batch("shelf", "-o", "out", "--json", "--max-hours", "0") == 0
    assert ended(events(capsys), "begun") == []
    assert summary(copied)["unfinished"] == 11


@pytest.mark.parametrize("order", ["listed", "shortest"])
def test_books_are_begun_in_the_order_that_was_asked_for(
    copied: Path, capsys: pytest.CaptureFixture[str], order: str
) -> None:
    shutil.rmtree(copied / "out")
    text = (copied / "shelf" / "harbour.txt").read_text("utf-8")
    for name, times in (("b-long", 3), ("c-short", 1), ("d-middle", 2)):
        (copied / f"{name}.txt").write_text(text + f"\n\nIt was {name}.\n" * times * 9, "utf-8")
    assert batch("b-long.txt", "c-short.txt", "d-middle.txt", "-o", "out", "--json", "--order", order) == 0
    begun = [row["book"] for row in events(capsys) if row["event"] == "begun"]
    assert begun == (["b-long", "c-short", "d-middle"] if order == "listed" else ["c-short", "d-middle", "b-long"])


def test_a_dry_run_says_what_a_batch_takes_and_writes_nothing(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(copied / "out")
    assert batch("shelf", "-o", "out", "--dry-run", "--json") == 7
    told = events(capsys)[0]
    assert told["books"] == 11
    assert told["jobs"] == 2
    good = [row for row in told["forecasts"] if not row["failure"]]
    assert sorted(row["name"] for row in good) == NAMES
    assert all(row["chapters"] == 2 and row["seconds"] > 10 and row["disk"] > 1000 for row in good)
    assert told["missing_s"] < 1.0  # every take is there
    assert batch("shelf", "-o", "out", "--dry-run") == 7
    captured = capsys.readouterr()
    assert "11 books" in captured.out
    assert "3 of 11 books failed" in captured.err
    assert not (copied / "out").exists()


def test_people_get_a_line_a_book_and_a_table(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert batch("shelf", "-o", "out") == 7
    captured = capsys.readouterr()
    assert sum("was finished before" in line for line in captured.err.splitlines()) == 8
    assert sum(": failed: " in line for line in captured.err.splitlines()) == 3
    assert sum(" finished " in line for line in captured.out.splitlines()) == 8
    assert "8 of 11 books finished" in captured.out
    assert batch("shelf", "-o", "out", "-q") == 7
    captured = capsys.readouterr()
    assert captured.out == ""
    assert sum("failed" in line for line in captured.err.splitlines()) == 4


def test_two_batches_never_write_to_one_folder(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with filelock.FileLock(copied / "out" / ".audiobook" / "batch.lock"):
        assert batch("shelf", "-o", "out") == 6
    assert "another batch is writing here" in capsys.readouterr().err


def kill_at(folder: Path, takes: int) -> None:
    """Run the batch and kill it with SIGKILL when the cache holds so many takes."""
    with start(folder) as process:
        assert process.stdout is not None
        for _line in process.stdout:
            if len(take_files(folder)) >= takes:
                process.kill()
                break
        process.communicate()
    assert process.returncode != 0


def test_killed_twice_it_goes_on_without_doing_anything_twice_and_ends_with_the_same_bytes(
    home: Path, tmp_path: Path
) -> None:
    shutil.copytree(home / "shelf", tmp_path / "shelf")
    total = len(take_files(home))
    known: dict[str, int] = {}
    for part in (1, 2):
        kill_at(tmp_path, total * part // 3)
        now = take_files(tmp_path)
        assert len(now) > len(known)
        assert {name: now[name] for name in known} == known
        known = now
    with start(tmp_path) as process:
        rows = [json.loads(line) for line in process.communicate()[0].splitlines()]
    assert process.returncode == 7
    assert ended(rows, "current") != []
    now = take_files(tmp_path)
    assert {name: now[name] for name in known} == known
    assert now.keys() == take_files(home).keys()
    assert packages(tmp_path) == packages(home)
    assert TakeCache(tmp_path / "cache").verify() == ()


def slow_shelf(folder: Path) -> None:
    """Three books whose lines take a while, so that Ctrl-C finds some in hand."""
    (folder / "shelf").mkdir()
    for name in ("one", "two", "three"):
        lines = "\n\n".join(f"This is line {letter * 4} of book {name}." for letter in "abcdefghij")
        (folder / "shelf" / f"{name}.txt").write_text(f"Book {name.title()}\n\n{lines}\n", "utf-8")


@pytest.fixture
def slow(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[str]]:
    """A batch in the middle of its lines."""
    slow_shelf(tmp_path)
    fakes = Path(__file__).parent / "data" / "record"
    (tmp_path / "log").mkdir()
    monkeypatch.setenv("FAKE_LOG", str(tmp_path / "log"))
    paths = [str(fakes), *filter(None, [os.environ.get("PYTHONPATH")])]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(paths))
    with start(tmp_path, "--voice", "fake:slow", "--engine", "fake", "--profile", "none") as process:
        assert process.stdout is not None
        for line in process.stdout:
            if '"event": "take"' in line:
                break
        yield process
        process.kill()


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal that another process can send there")
def test_ctrl_c_finishes_the_lines_in_hand_and_the_batch_goes_on_later(
    slow: subprocess.Popen[str], tmp_path: Path
) -> None:
    slow.send_signal(signal.SIGINT)
    output, complaints = slow.communicate(timeout=60)
    assert slow.returncode == 130
    assert "run the same command again" in complaints
    assert "Traceback" not in complaints
    assert {row["state"] for row in summary(tmp_path)["outcomes"]} <= {"stopped", "waiting"}
    assert output.count('"event": "stopped"') == 3
    begun = {path.stem for path in (tmp_path / "log").iterdir()}  # some texts are spoken twice to know the pace
    assert TakeCache(tmp_path / "cache").stats().takes == len(begun)


@pytest.mark.skipif(sys.platform == "win32", reason="Ctrl-C is no signal that another process can send there")
def test_a_second_ctrl_c_ends_everything_at_once(slow: subprocess.Popen[str]) -> None:
    begun = time.monotonic()
    for _ in range(3):
        slow.send_signal(signal.SIGINT)
        time.sleep(0.1)
    slow.communicate(timeout=60)
    assert slow.returncode == 130
    assert time.monotonic() - begun < 20
