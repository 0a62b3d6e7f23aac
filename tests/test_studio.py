"""A build has its folder to itself, and asks for room on the disk before it speaks."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from audiobook.cli import main
from audiobook.errors import OutputError
from audiobook.pipeline.studio import sole_build


def test_a_second_build_of_the_same_folder_is_told_to_wait(
    story: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with sole_build(tmp_path / "out"):
        assert main(["build", str(story), "--engine", "silent", "-o", str(tmp_path / "out")]) == 6
    assert "another build is writing here" in capsys.readouterr().err
    assert main(["build", str(story), "--engine", "silent", "-o", str(tmp_path / "out"), "-q"]) == 0


def test_two_builds_of_two_folders_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with sole_build(tmp_path / "one"), sole_build(tmp_path / "two"):
        assert (tmp_path / "one").is_dir()


def test_a_disk_that_is_too_small_is_named_before_anything_is_spoken(
    story: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    usage = namedtuple("usage", "total used free")  # noqa: PYI024 - the shape of shutil's own
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage(10**6, 10**6, 1000))
    assert main(["build", str(story), "--engine", "silent", "-o", str(tmp_path / "out")]) == 6
    error = capsys.readouterr().err
    assert "needs about" in error
    assert "AUDIOBOOK_CACHE" in error
    assert not list((tmp_path / "out").glob("*.m4b"))


def test_a_lock_under_a_file_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="cannot be written"), sole_build(tmp_path / "file"):
        pass
