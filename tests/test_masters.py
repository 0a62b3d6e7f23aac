"""A build makes anew what an edit touches, and nothing else; what is kept is proved before it is used."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from audiobook import record
from audiobook.cache import TakeCache
from audiobook.errors import OutputError
from audiobook.pipeline import Built, Request, build, masters, production
from audiobook.publish import encoded
from audiobook.settings import PROFILES, Settings

CHAPTERS = 4
FORMATS = ("m4b", "mp3", "vtt")


def book(edited: int = 0, text: str = "It was over before supper.") -> str:
    rows = ["The Ferry", ""]
    for number in range(1, CHAPTERS + 1):
        rows += [f"Chapter {number}", ""]
        rows += [f"On day {number} the ferry left at {hour} and came back late." for hour in ("nine", "ten", "noon")]
        rows += ["", '"There is nobody on it," said Ada.', ""]
        if number == edited:
            rows += [text, ""]
    return "\n\n".join(rows) + "\n"


class Counting:
    """Counts what builds make."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.made: Counter[str] = Counter()
        for module, name in ((masters, "stitch"), (masters, "master"), (encoded, "_encode")):
            patch.setattr(module, name, self._counted(name.strip("_"), getattr(module, name)))

    def _counted(self, name: str, function: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object) -> object:
            self.made[name] += 1
            return function(*args)

        return call

    def take(self) -> dict[str, int]:
        made, self.made = dict(self.made), Counter()
        return made


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a finished build and its cache."""
    home = tmp_path_factory.mktemp("once")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOBOOK_CACHE", str(home / "cache"))
        run(home, book())
    return home


@pytest.fixture
def built(once: Path, tmp_path: Path) -> Path:
    """The same as ``once``, for a test to change."""
    shutil.copytree(once / "cache", TakeCache().folder)
    shutil.copytree(once / "out", tmp_path / "out")
    return tmp_path


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    return Counting(monkeypatch)


def run(folder: Path, text: str, *, out: str = "out", **changes: object) -> Built:
    source = folder / "ferry.txt"
    source.write_text(text, "utf-8")
    settings = replace(Settings(), engine="silent", formats=FORMATS, jobs=2, **changes)  # type: ignore[arg-type]
    return build(Request(str(source), folder / out), settings, lambda _event: None)


def finished(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and ".audiobook" not in path.parts and path.suffix != ".script"
    }


def test_an_edited_sentence_makes_one_chapter_anew(tmp_path: Path, counting: Counting) -> None:
    first = run(tmp_path, book())
    assert counting.take() == {"stitch": CHAPTERS, "master": CHAPTERS, "encode": 2 * CHAPTERS}
    edited = run(tmp_path, book(edited=2))
    assert edited.recorded == 1
    assert edited.takes == first.takes + 1
    # One MP3; and AAC of the chapter and of the next, which hears its last frames.
    assert counting.take() == {"stitch": 1, "master": 1, "encode": 3}
    assert [chapter.number for chapter in edited.levels] == [1, 2, 3, 4]
    kept = finished(tmp_path / "out")
    shutil.rmtree(TakeCache().folder)
    shutil.rmtree(tmp_path / "out")
    run(tmp_path, book(edited=2))
    assert finished(tmp_path / "out") == kept


def test_a_second_build_makes_nothing_and_writes_the_same(built: Path, counting: Counting) -> None:
    before = finished(built / "out")
    again = run(built, book(), out="again")
    assert counting.take() == {}
    assert again.recorded == 0
    assert finished(built / "again") == before


def test_nothing_is_looked_up_take_by_take_when_all_chapters_are_there(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    get = TakeCache.get
    monkeypatch.setattr(TakeCache, "get", lambda self, key: (asked.append(key), get(self, key))[1])
    monkeypatch.setattr(record.Recorder, "_submit", lambda *_: pytest.fail("something was to be spoken"))
    again = run(built, book())
    assert len(asked) < again.takes / 4  # what measures the voices


@pytest.mark.parametrize("damage", ["flip", "truncate", "empty", "remove", "note", "foreign note"])
def test_a_damaged_master_is_made_anew(built: Path, counting: Counting, damage: str) -> None:
    before = finished(built / "out")
    path = min(TakeCache().masters.folder.rglob("*.flac"))
    data = bytearray(path.read_bytes())
    sidecar = path.with_name(f"{path.stem.partition('-')[0]}.json")
    if damage == "flip":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "truncate":
        path.write_bytes(data[:-20])
    elif damage == "empty":
        path.write_bytes(b"")
    elif damage == "remove":
        path.unlink()
    elif damage == "note":
        sidecar.write_text('{"sha256"')
    else:
        sidecar.write_text(f'{{"sha256": "{hashlib.sha256(data).hexdigest()}", "marks": 3, "takes": {{}}}}')
    run(built, book())
    assert counting.take() == {"stitch": 1, "master": 1}
    assert finished(built / "out") == before
    run(built, book())
    assert counting.take() == {}


def test_a_take_recorded_anew_makes_a_new_master(built: Path, counting: Counting) -> None:
    cache = TakeCache()
    entry = next(each for each in cache._takes.entries() if "three" in str(cache._takes.note(each.key)))
    sidecar = cache._takes._sidecar(entry.key)
    sidecar.write_text(sidecar.read_text().replace('"frames":', '"made": "again", "frames":'))
    run(built, book())
    assert counting.take()["master"] == 1
    cache.drop(entry.key)
    run(built, book())
    assert counting.take() == {}  # the master stands for takes that were pruned


@pytest.mark.parametrize(
    "changes",
    [
        {"profile": "podcast"},
        {"profiles": (("acx", replace(PROFILES["acx"], tail_ms=1500)),)},
        {"master": replace(Settings().master, high_pass_hz=80.0)},
        {"record": replace(Settings().record, seed=7)},
        {"pauses": replace(Settings().pauses, paragraph=1000)},
    ],
)
def test_whatever_goes_into_the_sound_makes_new_masters(
    built: Path, counting: Counting, changes: dict[str, object]
) -> None:
    run(built, book(), **changes)
    assert counting.take()["master"] == CHAPTERS


def test_what_does_not_go_into_the_sound_makes_none(built: Path, counting: Counting) -> None:
    acx = replace(PROFILES["acx"], aac_kbps=96)
    run(built, book(), profiles=(("acx", acx),), record=replace(Settings().record, timeout_s=60.0))
    assert counting.take() == {"encode": CHAPTERS}


def test_what_is_kept_is_pruned_before_the_takes_it_was_made_of(built: Path) -> None:
    cache = TakeCache()
    stats = cache.stats()
    assert (stats.chapters, stats.takes > 0) == (CHAPTERS + 2 * CHAPTERS, True)
    assert stats.chapters_size > stats.size
    cache.prune(stats.size)
    after = cache.stats()
    assert (after.chapters, after.takes) == (0, stats.takes)


def test_a_master_that_is_used_keeps_its_takes_from_being_pruned(built: Path) -> None:
    cache = TakeCache()
    for sidecar in cache._takes.folder.rglob("*.json"):
        os.utime(sidecar, (1000, 1000))
    run(built, book())
    assert min(entry.used_ns for entry in cache._takes.entries()) > 1000 * 10**9


def test_verify_names_broken_chapters_too(built: Path) -> None:
    cache = TakeCache()
    victims = [min(store.folder.rglob("*-*")) for store in (cache.masters, cache.encoded)]
    for path in victims:
        path.write_bytes(path.read_bytes()[:-1])
    assert set(cache.verify()) == {path.stem.partition("-")[0] for path in victims}
    assert cache.verify() == ()


def test_renamed_speakers_and_titles_need_no_new_master(built: Path, counting: Counting) -> None:
    script = built / "out" / "the-ferry.script"
    script.write_text(re.sub(r"(?m)^Ada\b", "Ines", script.read_text("utf-8")), "utf-8")
    settings = replace(Settings(), engine="silent", formats=("vtt",), jobs=2)
    build(Request(str(script), built / "renamed"), settings, lambda _event: None)
    assert counting.take() == {}
    assert "<v Ines>" in (built / "renamed" / "the-ferry.vtt").read_text("utf-8")


def test_a_disk_that_fills_up_while_mastering_is_one_clear_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("soundfile.SoundFile.write", no_space)
        with pytest.raises(OutputError, match="No space left"):
            run(tmp_path, book())
    assert not [path for path in TakeCache().masters.folder.rglob("*") if path.is_file()]
    assert run(tmp_path, book()).packages


def test_times_of_words_are_held_only_for_packages_that_tell_them(built: Path) -> None:
    # They were most of what a long book held in memory, and an M4B has no use for them.
    def words(*formats: str) -> list[int]:
        source = built / "ferry.txt"
        source.write_text(book(), "utf-8")
        settings = replace(Settings(), engine="silent", formats=formats, jobs=2)
        made = build(Request(str(source), built / "out"), settings, lambda _event: None)
        return [len(mark.words) for track in made.book.tracks for mark in track.marks]

    captions = words("vtt")
    assert all(captions)
    assert not any(words("m4b"))
    shutil.rmtree(TakeCache().masters.folder)
    assert not any(words("m4b"))
    assert words("m4b", "lrc") == captions


def test_takes_that_are_there_do_not_pile_up_before_they_are_mastered(
    built: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Ten hours of takes were all held at once, with their words, when only the masters were gone.
    shutil.rmtree(TakeCache().masters.folder)
    ordered, waiting = [0], []
    make, order = masters.Masters.make, production.Order

    def ordering(*args: object) -> object:
        ordered[0] += 1
        waiting.append(ordered[0])
        return order(*args)  # type: ignore[arg-type]

    def slowly(self: masters.Masters, made: masters.Order, studio: Path) -> masters.Mastered:
        time.sleep(0.2)
        ordered[0] -= 1
        return make(self, made, studio)

    monkeypatch.setattr(production, "Order", ordering)
    monkeypatch.setattr(masters.Masters, "make", slowly)
    monkeypatch.setattr(production, "_WAITING", 1)
    run(built, book())
    assert len(waiting) == CHAPTERS
    assert max(waiting) <= 2
