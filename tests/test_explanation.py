"""``audiobook build --explain`` says why a line is recorded again."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import audiobook.engines
from audiobook.cache import TakeCache
from audiobook.cli import main
from audiobook.errors import OutputError
from audiobook.pipeline import explanation


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Path) -> Path:
    """The script of a book that has been built."""
    monkeypatch.chdir(tmp_path)
    assert main(["build", str(story), "--engine", "silent", "-q"]) == 0
    return next((tmp_path / "output").glob("*/*.script"))


def explained(script: Path, capsys: pytest.CaptureFixture[str], line: str, *more: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    source = script.parent.parent.parent / "The Lamp.txt"
    assert main(["build", str(source), "--engine", "silent", "--explain", line, "--json", *more]) == 0
    return [json.loads(row) for row in capsys.readouterr().out.splitlines()]


def number_of(script: Path, words: str) -> str:
    return str(next(number for number, line in enumerate(script.read_text("utf-8").splitlines(), 1) if words in line))


def test_a_line_whose_take_is_there_is_said_to_be(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (row,) = explained(script, capsys, number_of(script, "Is it magic?"))
    assert (row["speaker"], row["cached"], row["reasons"]) == ("Ada", True, [])
    assert row["number"] == int(number_of(script, "Is it magic?"))
    assert TakeCache().get(row["key"]) is not None


def test_changed_words_are_shown_beside_what_they_were(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script.write_text(script.read_text("utf-8").replace("Is it magic?", "Is it real magic?"), "utf-8")
    (row,) = explained(script, capsys, "real magic")
    assert row["cached"] is False
    assert row["reasons"] == ["its words changed, they were: “Is it magic?”".replace("“", '"').replace("”", '"')]


def test_a_new_line_is_said_to_be_new(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = script.read_text("utf-8")
    script.write_text(text + "\nNARRATOR: Zebras, quietly, exported xylophones.\n", "utf-8")
    (row,) = explained(script, capsys, "xylophones")
    assert row["reasons"] == ["the line is new"]


@pytest.mark.parametrize(
    ("option", "reason"),
    [
        (("--set", "record.seed=7"), "another seed: 0 became 7"),
        (("--set", "cues.anxiety.rate=0.9"), "another rate: "),
        (("--cast", "Ada=silent:silent-bass"), "another voice: silent:"),
        (("--language", "de"), "another language: en became de"),
    ],
)
def test_what_decides_the_sound_is_named_with_its_old_and_new_value(
    script: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, str], reason: str
) -> None:
    if option[0] in ("--cast", "--language"):
        script.unlink()
    (row,) = explained(script, capsys, "Is it magic?", *option)
    assert row["cached"] is False
    assert any(each.startswith(reason) for each in row["reasons"]), row["reasons"]


def test_a_take_that_left_the_cache_is_told_from_a_line_that_changed(
    script: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.rmtree(TakeCache().folder / "takes")
    (row,) = explained(script, capsys, "Is it magic?")
    assert row["reasons"] == [
        "there is no take of it in the cache: it could not be recorded, or was deleted or damaged"
    ]


def test_a_line_that_could_not_be_recorded_is_told_from_those_that_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Path, capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:  # fmt: skip
    # Broke: after a build with a failed line "this book has not been recorded here before" was said of every line.
    monkeypatch.chdir(tmp_path)
    (tmp_path / "log").mkdir()
    monkeypatch.setenv("FAKE_LOG", str(tmp_path / "log"))
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "data" / "record"))
    audiobook.engines.strangers._points.cache_clear()
    request.addfinalizer(audiobook.engines.strangers._points.cache_clear)
    failing = ["build", str(story), "--engine", "silent", "--cast", "Tom=fake:raises", "--set", "record.retries=0"]
    assert main([*failing, "-q"]) == 7
    capsys.readouterr()
    for words, reasons in (
        ("It is brass.", ["there is no take of it in the cache: it could not be recorded, or was deleted or damaged"]),
        ("Is it magic?", []),
    ):
        assert main([*failing, "--explain", words, "--json"]) == 0
        (row,) = map(json.loads, capsys.readouterr().out.splitlines())
        assert row["reasons"] == reasons


def test_before_the_first_build_everything_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["build", str(story), "--engine", "silent", "--explain", "magic"]) == 0
    shown = capsys.readouterr().out
    assert "Ada: " in shown
    assert shown.count("would be recorded: this book has not been recorded here before") == 2
    assert not (tmp_path / "output").exists()


def test_words_of_no_line_are_a_usage_error(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = script.parent.parent.parent / "The Lamp.txt"
    assert main(["build", str(source), "--engine", "silent", "--explain", "no such words"]) == 2
    assert "no line is 'no such words'" in capsys.readouterr().err


def test_a_disk_that_fills_while_takes_are_noted_is_told_with_the_file(
    script: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Broke: "standard output: No space left on device".
    monkeypatch.setattr(explanation, "output_path", lambda _: contextlib.nullcontext(Path("/dev/full")))
    assert main(["build", str(script), "--engine", "silent", "-q"]) == OutputError.exit_code
    told = capsys.readouterr().err
    assert "takes.json: cannot be written" in told
    assert "Free some disk space" in told
