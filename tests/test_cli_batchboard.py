"""The live table of a batch: what is drawn, and that nothing of it is left."""

from __future__ import annotations

import itertools
import re
import sys
from pathlib import Path
from typing import Any

import pytest

from audiobook.batch import Entry, Failure, FileNote, Outcome, Update
from audiobook.cli import batchboard
from audiobook.cli.batchboard import shown
from audiobook.progress import Event
from audiobook.settings import Settings


def open_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal of 100 columns, and a clock that goes on two seconds whenever somebody looks."""
    ticks = itertools.count(0, 2)
    monkeypatch.setattr(batchboard.time, "monotonic", lambda: float(next(ticks)))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setenv("LINES", "20")


def entry(name: str) -> Entry:
    return Entry(name, Path(f"{name}.txt"), Path("out") / name, Settings())


def update(kind: Any, name: str, event: Event | None = None, **facts: Any) -> Update:
    return Update(kind, entry(name), Outcome(name, f"{name}.txt", **facts), event, weight=1000)


def take(name: str, letters: int) -> Update:
    event = Event("take", chapter=2, letters=letters, total_letters=1000, recorded_letters=letters, recorded_s=letters)
    return update("event", name, event)


def screen(drawn: str) -> list[str]:
    """Return the lines that a terminal shows in the end."""
    lines: list[str] = [""]
    for piece in re.findall(r"\x1b\[\d*[A-Za-z]|\n|\r|[^\x1b\n\r]+", drawn):
        if piece == "\n":
            lines.append("")
        elif piece.endswith("A") and piece.startswith("\x1b"):
            lines = lines[: len(lines) - int(piece[2:-1])]
        elif piece in {"\x1b[J", "\x1b[K"}:
            lines[-1] = ""
        elif piece != "\r" and not piece.startswith("\x1b"):
            lines[-1] += piece
    return lines


def test_every_open_book_has_a_row_and_all_books_a_total(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_terminal(monkeypatch)
    with shown(3, as_json=False, quiet=False, verbose=False) as report:
        for name in ("emma", "lady", "other"):
            report(update("waiting", name))
        report(update("begun", "emma", state="begun"))
        report(update("begun", "lady", state="begun"))
        for letters in (10, 250, 500):
            report(take("emma", letters))
        rows = screen(capsys.readouterr().err)
    emma, lady, total = (row for row in rows if row)
    assert re.fullmatch(r"emma +chapter 2 +\[#{8} {8}\] +50%  \d+\.\dx  \d+:\d\d left", emma)
    assert re.fullmatch(r"lady +reading +\[ {16}\] +0% *", lady)
    assert re.fullmatch(r"total +0 of 3 books  \d+\.\dx  \d+:\d\d left  0\.0 MB", total)
    assert all(len(row) < 100 for row in rows)


def test_what_happened_stays_and_the_table_goes(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    open_terminal(monkeypatch)
    files = (FileNote("emma/emma.m4b", 2_500_000, "", 0),)
    with shown(2, as_json=False, quiet=False, verbose=False) as report:
        report(update("begun", "emma", state="begun"))
        report(take("emma", 1000))
        report(update("event", "emma", Event("warning", "a voice is missing")))
        report(update("done", "emma", state="done", chapters=3, audio_s=61.0, files=files))
        report(update("failed", "lady", state="failed", failure=Failure("is empty", "lady.txt", "Mend it")))
    rows = [row for row in screen(capsys.readouterr().err) if row]
    assert rows == [
        "emma: a voice is missing",
        "emma: finished, 3 chapters, 1:01 of audio, 2.5 MB",
        "lady: failed: lady.txt: is empty. Mend it.",
    ]
