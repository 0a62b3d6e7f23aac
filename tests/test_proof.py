"""What a finished book is held against when it is listened to: chapters and credits, by the files' titles."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from audiobook import hearing
from audiobook.cli import main
from audiobook.pipeline import proof
from audiobook.pipeline.proof import proof_listened
from audiobook.settings import Settings
from audiobook.verify import Heard, Reading, check

STORY = "# One\n\nAda found the lamp.\n\n# Two\n\nThen the sun came up.\n"


@pytest.fixture
def expected(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Keep the titles of the chapters that are expected of each edition, and hear nothing."""
    asked: list[tuple[str, ...]] = []

    def listen(_: Sequence[Path], readings: Sequence[Reading]) -> Heard:
        asked.append(tuple(dict.fromkeys(reading.chapter for reading in readings)))
        return Heard((), ())

    monkeypatch.setattr(proof, "listen", listen)
    monkeypatch.setattr(hearing, "require", lambda: "ears 1")
    return asked


def listen_to(folder: Path, *arguments: str, part: str = "") -> None:
    source = folder / "lamp.md"
    source.write_text(STORY, "utf-8")
    build = ["build", str(source), "--engine", "silent", "--language", "en", "-o", str(folder / "out"), *arguments]
    assert main(build) == 0
    (script,) = (folder / "out").glob("*.script")
    files = sorted((folder / "out").rglob(part or "*.m*[34b]"))
    proof_listened(check(files, Settings().delivery_standard()), script, Settings())


@pytest.mark.parametrize("kind", ["mp3", "m4b"])
def test_credits_are_expected_of_files_that_name_them(
    kind: str, tmp_path: Path, expected: list[tuple[str, ...]]
) -> None:
    # The program's own credits were reported as words that the text does not have.
    listen_to(tmp_path, "--formats", kind, "--credits")
    assert expected == [("Opening Credits", "One", "Two", "Closing Credits")]


def test_credits_are_not_expected_of_files_without_them(tmp_path: Path, expected: list[tuple[str, ...]]) -> None:
    listen_to(tmp_path, "--formats", "mp3")
    assert expected == [("One", "Two")]


def test_one_file_of_a_book_with_credits_is_held_against_its_own_chapter(
    tmp_path: Path, expected: list[tuple[str, ...]]
) -> None:
    listen_to(tmp_path, "--formats", "mp3", "--credits", part="*Closing*.mp3")
    assert expected == [("Closing Credits",)]
