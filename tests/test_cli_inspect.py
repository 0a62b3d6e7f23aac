"""``inspect --json`` and ``script --format json``: the contracts that other programs rely on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from audiobook.cli import main


def printed(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> Any:
    assert main([*map(str, arguments)]) == 0
    return json.loads(capsys.readouterr().out)


def test_inspection_has_exactly_the_promised_keys(story: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = printed(capsys, "inspect", story, "--engine", "silent", "--json")
    assert list(found) == [
        "title", "author", "language", "cover", "toc", "chapters", "speakers", "words", "estimated_seconds", "excluded",
    ]  # fmt: skip
    assert [list(row) for row in found["chapters"]] == [["number", "title", "paragraphs", "words", "scenes"]] * 2
    assert {tuple(row) for row in found["speakers"]} == {("name", "lines", "words")}
    assert {tuple(row) for row in found["excluded"]} <= {("reason", "characters")}
    assert (found["title"], found["cover"], found["chapters"][0]["scenes"]) == ("The Lamp", False, 2)


def test_a_scripts_json_has_the_promised_keys_and_offsets_that_cover_the_words(
    story: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    script = printed(capsys, "script", story, "--engine", "silent", "--format", "json")
    assert list(script) == ["metadata", "cast", "chapters"]
    source = story.read_text("utf-8")
    for chapter in script["chapters"]:
        assert list(chapter) == ["title", "source", "scenes"]
        assert source[chapter["source"]["start"] :].startswith(chapter["title"])
        for scene in chapter["scenes"]:
            assert list(scene) == ["title", "paragraphs"]
            for line in (line for paragraph in scene["paragraphs"] for line in paragraph):
                assert list(line) == ["speaker", "text", "kind", "cues", "confidence", "source"]
                assert line["kind"] in {"narration", "speech", "thought"}
                assert line["speaker"] is None or line["speaker"] in script["cast"]
                covered = source[line["source"]["start"] : line["source"]["end"]]
                assert "".join(covered.split()) == "".join(line["text"].split())


def test_words_of_scripts_without_spaces_are_counted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # A chapter of Chinese had as many words as it had spaces, so its length was estimated at a second.
    path = tmp_path / "a.txt"
    path.write_text("灯塔\n\n王明走进了房间。他打开了窗户，外面下着大雨。\n", "utf-8")
    assert 8 < printed(capsys, "inspect", path, "--engine", "silent", "--json")["words"] < 16
