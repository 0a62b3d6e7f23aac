"""Encoders get the sound that mastering left uncompressed, once, and no more of it waits than is needed."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from audiobook import publish
from audiobook.audio import Audiobook
from audiobook.cache import TakeCache
from audiobook.measure import measure_file
from audiobook.pipeline import Request, build, encoders
from audiobook.progress import Event
from audiobook.settings import Settings

DAYS = (
    "Monday",
    "Tuesday",
    "Wednesday",
    "Thursday",
    "Friday",
    "Saturday",
    "Sunday",
    "a holiday",
    "a market day",
    "the last day",
)


def run(home: Path, *chapters: str, announced: bool = True) -> Path:
    rows = ["The Ferry", *(f"Chapter {number}\n\n{text}" for number, text in enumerate(chapters, 1))]
    source = home / "ferry.txt"
    source.write_text("\n\n".join(rows) + "\n", "utf-8")
    settings = replace(Settings(), engine="silent", formats=("m4b",), jobs=2)
    settings = replace(settings, spoken=replace(settings.spoken, announce_chapters=announced))
    return build(Request(str(source), home / "out"), settings, lambda _event: None).packages[0].paths[0]


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Kinds of the files that encoders were given."""
    kinds: list[str] = []
    encode = publish.encode_ahead

    def noting(book: Audiobook, index: int, *rest: object) -> None:
        assert book.tracks[index].path.is_file()
        kinds.append(book.tracks[index].path.suffix)
        encode(book, index, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(publish, "encode_ahead", noting)
    return kinds


def test_uncompressed_sound_is_encoded_to_the_same_bytes(tmp_path: Path, given: list[str]) -> None:
    texts = [f"On {day} the ferry left at nine and came back late." for day in DAYS[:3]]
    first = run(tmp_path, *texts).read_bytes()
    assert given == [".wav"] * 3
    given.clear()
    shutil.rmtree(TakeCache().encoded.folder)
    assert run(tmp_path, *texts).read_bytes() == first
    assert given == [".flac"] * 3


def test_no_uncompressed_sound_stays_behind(tmp_path: Path, given: list[str]) -> None:
    run(tmp_path, *(f"On {day} it rained." for day in DAYS[:3]))
    assert given
    assert not list(TakeCache().folder.rglob("*.wav"))


def test_chapters_that_sound_the_same_do_not_take_each_others_sound_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # They share a master: the encoder that was ready first deleted what the other was about to read.
    readers: list[bytes] = []
    arrived, first_is_done = threading.Barrier(2), threading.Event()

    def read(book: Audiobook, index: int, *_rest: object) -> None:
        path = book.tracks[index].path
        if arrived.wait(20):
            first_is_done.wait(20)
        readers.append(path.read_bytes())

    class Telling(encoders.Encoders):
        def _encode(self, book: Audiobook, index: int) -> None:
            super()._encode(book, index)
            first_is_done.set()

    monkeypatch.setattr(publish, "encode_ahead", read)
    monkeypatch.setattr("audiobook.pipeline.production.Encoders", Telling)
    assert run(tmp_path, *["It rained all day."] * 2, announced=False).is_file()
    assert len(readers) == 2


def test_chapters_do_not_pile_up_uncompressed_before_a_slow_encoder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending: list[int] = []
    finished = []

    class Counting(encoders.Encoders):
        def encode(self, book: Audiobook, index: int) -> None:
            super().encode(book, index)
            pending.append(index + 1 - len(finished))

        def _encode(self, book: Audiobook, index: int) -> None:
            time.sleep(0.2)
            super()._encode(book, index)
            finished.append(index)

    monkeypatch.setattr("audiobook.pipeline.production.Encoders", Counting)
    run(tmp_path, *(f"On {day} it rained." for day in DAYS))
    assert len(finished) == len(DAYS)
    assert max(pending) <= encoders.ENCODERS + 2


def test_the_first_chapter_can_be_heard_while_the_rest_is_recorded(tmp_path: Path) -> None:
    # It was told of only when the lines of the next one were complete, and nobody could say where it was.
    source = tmp_path / "ferry.txt"
    chapters = [" ".join(f"On {day} it rained {part}." for day in DAYS) for part in ("once", "twice")]
    source.write_text("\n\n".join(f"Chapter {n}\n\n{text}" for n, text in enumerate(chapters, 1)), "utf-8")
    events: list[Event] = []
    heard: list[float] = []

    def watch(event: Event) -> None:
        events.append(event)
        if event.kind == "take":
            time.sleep(0.2)  # as an engine that takes its time would
        if event.kind == "chapter":
            heard.append(measure_file(Path(event.path)).duration_s)

    # One process, so that what measures the voice is there before the lines.
    settings = replace(Settings(), engine="silent", formats=("m4b",), jobs=1)
    build(Request(str(source), tmp_path / "out"), settings, watch)
    assert [event.audio_s for event in events if event.kind == "chapter"] == heard
    takes = [index for index, event in enumerate(events) if event.kind == "take"]
    chapter = next(event for event in events if event.kind == "chapter")
    assert len(heard) == 2
    assert events.index(chapter) < takes[-1]
    invitations = [event for event in events if "to be heard" in event.message]
    assert [event.message.endswith(chapter.path) for event in invitations] == [True]
