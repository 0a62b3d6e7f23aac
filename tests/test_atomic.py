"""Files appear whole or not at all, and a failure names the place and the remedy."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from audiobook.atomic import make_folder, output_path, write_bytes, write_text
from audiobook.errors import OutputError


def test_a_text_is_written_with_its_folders(tmp_path: Path) -> None:
    write_text(tmp_path / "a" / "b.txt", "ä\n")
    assert (tmp_path / "a" / "b.txt").read_bytes() == b"\xc3\xa4\n"


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    final = tmp_path / "a.bin"
    write_bytes(final, b"old")

    def fail() -> None:
        with output_path(final) as temporary:
            temporary.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fail()
    assert final.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [final]


def test_the_temporary_file_keeps_the_suffix_and_the_folder(tmp_path: Path) -> None:
    with output_path(tmp_path / "a.m4b") as temporary:
        assert temporary.suffix == ".m4b"
        assert temporary.parent == tmp_path


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "Free some disk space"),
        (errno.EFBIG, "Free some disk space"),
        (errno.EROFS, "-o DIR"),
        (errno.EIO, "-o DIR"),
    ],
)
def test_a_full_or_read_only_disk_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OutputError, match=remedy) as caught:
        write_bytes(tmp_path / "a.bin", b"new")
    assert caught.value.exit_code == 6
    assert str(tmp_path / "a.bin") in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_under_a_file_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(OutputError, match="file"):
        make_folder(tmp_path / "file" / "folder")
