"""Every rule on broken and hostile files, one minimal file each."""

from __future__ import annotations

import ast
import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from audiobook import ingest
from audiobook.errors import HostileSourceError, SourceError
from audiobook.ingest import read_book
from audiobook.settings import IngestSettings

sys.path.insert(0, str(Path(__file__).parent / "data" / "ingest"))
from corpus import FILES


@pytest.fixture
def made(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / request.param
    path.write_bytes(FILES[request.param]())
    return path


def _named(*outcomes: str) -> list[str]:
    return [name for name in FILES if Path(name).stem.rpartition("-")[2] in outcomes]


def test_every_file_of_the_corpus_names_its_outcome() -> None:
    assert sorted(_named("valid", "recovered", "refused", "hostile")) == sorted(FILES)


@pytest.mark.parametrize("made", _named("valid", "recovered"), indirect=True)
def test_readable_files_are_read_and_balance(made: Path) -> None:
    book = read_book(made, IngestSettings())
    assert book.chapters
    assert book.imbalance() == {}


@pytest.mark.parametrize("made", _named("refused", "hostile"), indirect=True)
def test_unreadable_files_are_refused_in_one_line_quickly_and_within_bounds(made: Path) -> None:
    before = psutil.Process().memory_info().rss
    started = time.monotonic()
    with pytest.raises(SourceError) as caught:
        read_book(made, IngestSettings())
    assert time.monotonic() - started < 10
    assert psutil.Process().memory_info().rss - before < 300 << 20
    assert str(made) in str(caught.value)
    assert "\n" not in str(caught.value)
    assert caught.value.remedy
    assert isinstance(caught.value, HostileSourceError) == made.stem.endswith("-hostile")


def test_nothing_is_written_beside_a_hostile_book(tmp_path: Path) -> None:
    folder = tmp_path / "inner"
    folder.mkdir()
    book = folder / "slip.epub"
    book.write_bytes(FILES["slip-hostile.epub"]())
    with pytest.raises(HostileSourceError):
        read_book(book, IngestSettings())
    assert [path.name for path in tmp_path.rglob("*")] == ["inner", "slip.epub"]


def test_drm_is_refused_by_its_name(tmp_path: Path) -> None:
    book = tmp_path / "locked.epub"
    book.write_bytes(FILES["drm-refused.epub"]())
    with pytest.raises(SourceError, match="Adobe ADEPT"):
        read_book(book, IngestSettings())


def test_a_scan_is_sent_to_ocr(tmp_path: Path) -> None:
    book = tmp_path / "scan.pdf"
    book.write_bytes(FILES["scanned-refused.pdf"]())
    with pytest.raises(SourceError, match="scanned"):
        read_book(book, IngestSettings())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="Windows has no named pipes in folders")
def test_a_pipe_without_a_writer_is_refused_at_once(tmp_path: Path) -> None:
    # Broke: to open it waited for a writer for ever.
    pipe = tmp_path / "pipe.txt"
    os.mkfifo(pipe)
    with pytest.raises(SourceError, match="pipe") as caught:
        read_book(pipe, IngestSettings())
    assert "standard input" in caught.value.remedy


@pytest.mark.skipif(not Path("/dev/null").exists(), reason="Windows has no device files in folders")
def test_a_device_is_refused() -> None:
    with pytest.raises(SourceError, match="device"):
        read_book("/dev/null", IngestSettings())


@pytest.mark.parametrize("name", ["unclosed-refused.docx", "unclosed-refused.odt"])
def test_a_damaged_document_is_called_damaged_and_not_scanned(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(FILES[name]())
    with pytest.raises(SourceError, match="damaged") as caught:
        read_book(path, IngestSettings())
    assert "OCR" not in str(caught.value)


def test_every_refusal_in_the_readers_names_a_remedy() -> None:
    folder = Path(ingest.__file__).parent
    bare = []
    for path in sorted(folder.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "").endswith("SourceError"):
                named = {keyword.arg for keyword in node.keywords}
                if "remedy" not in named:
                    bare.append(f"{path.name}:{node.lineno}")
    assert bare == []
