"""``audiobook config``, ``cache``, ``cast`` and ``doctor``: what they show and what they change."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import pytest

from audiobook.cli import main
from audiobook.configfile import config_folder
from audiobook.configschema import json_schema
from audiobook.scriptfile import read_script


def shown(capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, object]]:
    rows: dict[str, dict[str, object]] = json.loads(capsys.readouterr().out)
    return rows


def test_user_folder_and_command_line_settings_merge_in_that_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config_folder().mkdir(parents=True)
    (config_folder() / "audiobook.toml").write_text("[pauses]\ncomma = 1\nscene = 2\ndash = 3\n", "utf-8")
    (tmp_path / "audiobook.toml").write_text("[pauses]\nscene = 20\ndash = 30\n", "utf-8")
    assert main(["config", str(tmp_path / "book.txt"), "--set", "pauses.dash=300", "--json"]) == 0
    rows = shown(capsys)
    assert [rows[f"pauses.{name}"]["value"] for name in ("comma", "scene", "dash")] == [1, 20, 300]
    assert rows["pauses.scene"]["origin"] == str(tmp_path / "audiobook.toml")
    assert rows["pauses.dash"]["origin"] == "--set"
    assert rows["pauses.semicolon"]["origin"] == "default"


def test_a_named_settings_file_stands_in_for_the_one_beside_the_book(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "audiobook.toml").write_text("[pauses]\nscene = 20\n", "utf-8")
    (tmp_path / "other.toml").write_text("[pauses]\ncomma = 10\n", "utf-8")
    arguments = ["config", str(tmp_path / "book.txt"), "--config", str(tmp_path / "other.toml"), "--json"]
    assert main(arguments) == 0
    rows = shown(capsys)
    assert (rows["pauses.comma"]["value"], rows["pauses.scene"]["value"]) == (10, 2200)


def test_the_schema_describes_every_setting_with_its_limits() -> None:
    schema = json_schema()
    pauses = schema["properties"]["pauses"]["properties"]
    assert pauses["comma"] == {
        "description": "Inside a sentence, where it is cut",
        "type": "integer",
        "default": 250,
        "minimum": 0,
        "maximum": 10_000,
    }
    assert schema["properties"]["spoken"]["properties"]["emoji"]["enum"] == ["drop", "name"]
    assert schema["properties"]["cues"]["additionalProperties"]["properties"]["rate"]["type"] == "number"
    assert json.loads(json.dumps(schema)) == schema


def test_the_cache_is_shown_verified_and_pruned(
    story: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", str(story), "--engine", "silent", "-o", str(tmp_path / "out"), "-q"]) == 0
    capsys.readouterr()
    assert main(["cache"]) == 0
    assert " takes, " in capsys.readouterr().out
    assert main(["cache", "verify"]) == 0
    assert "0 broken" in capsys.readouterr().out
    # "nan" lies within every limit, and emptied the cache.
    assert main(["cache", "prune", "--max-gb", "nan"]) == 2
    capsys.readouterr()
    assert main(["cache"]) == 0
    assert ": 0 takes" not in capsys.readouterr().out
    assert main(["cache", "prune", "--max-gb", "0"]) == 0
    assert main(["cache"]) == 0
    assert ": 0 takes" in capsys.readouterr().out


@pytest.fixture
def script(story: Path, tmp_path: Path) -> Path:
    path = tmp_path / "my.script"
    assert main(["script", str(story), "--engine", "silent", "-o", str(path), "-q"]) == 0
    return path


def test_the_cast_is_listed_with_lines_words_and_voices(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["cast", str(script), "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)["speakers"]}
    assert {"NARRATOR", "Ada", "Tom", "Mr. Bell"} <= set(rows)
    assert rows["Tom"]["lines"] == 2
    assert rows["Mr. Bell"]["chapter"] == 2
    assert sum(row["share"] for row in rows.values()) == pytest.approx(1, abs=0.001)


def test_casting_changes_the_script_in_place_and_keeps_hand_edits(script: Path) -> None:
    edited = script.read_text("utf-8").replace("# Chapter 2", "; mind the shed\n# Chapter 2").replace("glowed", "shone")
    script.write_text(edited, "utf-8")
    before = script.read_text("utf-8").split("+++")[2]
    assert main(["cast", str(script), "--set", "Tom=silent:silent-alto"]) == 0
    assert read_script(script).voice("Tom") is not None
    assert script.read_text("utf-8").split("+++")[2] == before


def test_merging_gives_one_speaker_the_lines_of_both(script: Path) -> None:
    assert main(["cast", str(script), "--merge", "Tom=Ada"]) == 0
    merged = read_script(script)
    assert merged.voice("Tom") is None
    assert "Tom" not in {line.speaker for chapter in merged.chapters for line in chapter.lines()}


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--set", "Tim=silent:silent"], 2, "Did you mean Tom?"),
        (["--set", "Tom=silent:nobody"], 5, "nobody"),
        (["--set", "Tom"], 2, "NAME=VALUE"),
        (["--merge", "Tom=Tom=Ada="], 2, "NAME=VALUE"),
    ],
)
def test_a_wrong_change_is_refused_and_changes_nothing(
    script: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    before = script.read_bytes()
    assert main(["cast", str(script), *arguments]) == code
    assert words in capsys.readouterr().err
    assert script.read_bytes() == before


def test_doctor_lists_engines_and_ffmpeg(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--json"]) == 0
    rows = {row["name"]: row for row in json.loads(capsys.readouterr().out)}
    assert rows["engine piper"]["ok"]
    assert rows["ffmpeg"]["ok"]
    assert rows["cache"]["ok"]


def test_doctor_names_what_is_optional_and_how_to_get_it(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    # Broke: neither the recognizer nor Dask was listed.
    find = importlib.util.find_spec
    absent = {"moonshine_voice", "distributed"}
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name in absent else find(name))
    assert main(["doctor"]) == 0
    shown = capsys.readouterr().out
    assert 'recognizer: pip install "audiobook[listen]"' in shown
    assert 'dask: pip install "audiobook[cluster]"' in shown
    assert [line.split()[1] for line in shown.splitlines() if line.startswith("optional")] == ["recognizer", "dask"]
    assert not any(line.startswith("missing") for line in shown.splitlines())
