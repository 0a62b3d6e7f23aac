"""The store of takes: addresses, verification, shared use, pruning."""

from __future__ import annotations

import errno
import json
import multiprocessing
import os
import shutil
from pathlib import Path

import numpy as np
import psutil
import pytest
import soundfile

from audiobook import cache as cache_module
from audiobook.audio import Speech, Utterance, WordTime
from audiobook.cache import TakeCache, cache_folder, take_key
from audiobook.errors import OutputError, SettingsError, UsageError
from audiobook.script import Delivery, Voice
from audiobook.sharedtakes import VARIABLE
from audiobook.store import Store

KEY = "ab" + "0" * 62


def key(number: int) -> str:
    return f"{number:02x}" + "1" * 62


def speech(frames: int = 2400, seed: int = 0) -> Speech:
    samples = np.random.default_rng(seed).uniform(-0.5, 0.5, frames).astype(np.float32)
    return Speech(samples, 24_000, (WordTime("so", 0, 1000), WordTime("it’s", 1200, 2400)))


@pytest.fixture
def cache(tmp_path: Path) -> TakeCache:
    return TakeCache(tmp_path / "cache")


def test_a_take_comes_back_as_it_was_put(cache: TakeCache) -> None:
    spoken = speech()
    put = cache.put(KEY, spoken)
    got = cache.get(KEY)
    assert got == put
    assert got.words == spoken.words
    assert (got.frames, got.sample_rate) == (2400, 24_000)
    samples, rate = soundfile.read(got.path, dtype="float32")
    assert rate == 24_000
    assert np.abs(samples - spoken.samples).max() < 1 / 32_000
    assert soundfile.info(got.path).subtype == "PCM_16"


def test_an_empty_take_comes_back(cache: TakeCache) -> None:
    cache.put(KEY, Speech(np.zeros(0, np.float32), 22_050))
    take = cache.get(KEY)
    assert take is not None
    assert take.frames == 0


def test_samples_beyond_full_scale_do_not_wrap_round(cache: TakeCache) -> None:
    take = cache.put(KEY, Speech(np.array([1.7, -1.7, 0.0], np.float32), 24_000))
    samples, _ = soundfile.read(take.path, dtype="int16")
    assert samples.tolist() == [32767, -32767, 0]


def test_the_same_sound_makes_the_same_bytes(tmp_path: Path) -> None:
    first, second = (TakeCache(tmp_path / name).put(KEY, speech()).path for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    assert first.name == second.name


def test_nothing_is_found_in_an_empty_cache(cache: TakeCache) -> None:
    assert cache.get(KEY) is None
    assert cache.stats().takes == 0
    assert not cache.folder.exists()


@pytest.mark.parametrize("damage", ["truncate", "flip", "empty", "remove"])
def test_damaged_sound_is_not_served(cache: TakeCache, damage: str) -> None:
    path = cache.put(KEY, speech()).path
    data = bytearray(path.read_bytes())
    if damage == "truncate":
        path.write_bytes(data[:-10])
    elif damage == "flip":
        data[len(data) // 2] ^= 1
        path.write_bytes(data)
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    assert cache.get(KEY) is None
    assert cache.put(KEY, speech()) == cache.get(KEY)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b'{"sha256": 3}', b'{"sha256": "0", "frames": "x"}', b"\xff\xfe"]
)
def test_a_damaged_sidecar_is_deleted_and_not_served(cache: TakeCache, content: bytes) -> None:
    take = cache.put(KEY, speech())
    sidecar = take.path.parent / f"{KEY}.json"
    sidecar.write_bytes(content)
    assert cache.get(KEY) is None
    assert not take.path.exists()
    assert not sidecar.exists()


def test_a_sidecar_cannot_name_a_file_elsewhere(cache: TakeCache, tmp_path: Path) -> None:
    take = cache.put(KEY, speech())
    (tmp_path / "outside.flac").write_bytes(take.path.read_bytes())
    sidecar = take.path.parent / f"{KEY}.json"
    entry = json.loads(sidecar.read_text())
    sidecar.write_text(json.dumps(entry | {"sha256": "/../../"}))
    assert cache.get(KEY) is None
    assert (tmp_path / "outside.flac").exists()


def test_two_processes_that_record_the_same_line_do_not_mix_their_files(cache: TakeCache) -> None:
    # An engine that is not deterministic gives two different sounds for one key; each sidecar names its own.
    first = cache.put(KEY, speech(seed=1))
    second = cache.put(KEY, speech(seed=2))
    assert first.path != second.path
    assert cache.get(KEY) == second
    assert soundfile.info(first.path).frames == first.frames


def _put_many(folder: Path, seed: int) -> None:
    cache = TakeCache(folder)
    for number in range(40):
        cache.put(key(number), speech(seed=seed))
        found = cache.get(key(number))
        assert found is not None


def test_many_processes_share_one_folder(cache: TakeCache) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_put_many, args=(cache.folder, seed)) for seed in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    assert cache.stats().takes == 40
    assert cache.verify() == ()


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (errno.ENOSPC, "Free some disk space or move the cache with AUDIOBOOK_CACHE=DIR"),
        (errno.EFBIG, "Free some disk space or move the cache with AUDIOBOOK_CACHE=DIR"),
        (errno.EROFS, "Move the cache with AUDIOBOOK_CACHE=DIR"),
    ],
)
def test_a_full_disk_is_an_error_with_a_remedy_and_leaves_no_entry(
    cache: TakeCache, monkeypatch: pytest.MonkeyPatch, number: int, remedy: str
) -> None:
    # Broke: the remedy for a file in the cache was -o DIR, which moves the packages alone.
    def no_space(_: Path, __: bytes) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", no_space)
        with pytest.raises(OutputError, match=remedy):
            cache.put(KEY, speech())
    assert cache.get(KEY) is None
    assert not [path for path in cache.folder.rglob("*") if path.is_file()]


def test_a_tool_that_finds_the_disk_full_names_the_cache_and_no_hidden_file(tmp_path: Path) -> None:
    # Broke: ".audiobook-partial-xz2tkjx4.aac: cannot be written", without a folder or a word of AUDIOBOOK_CACHE.
    def encode(path: Path) -> dict[str, object]:
        raise OutputError("cannot be written (No space left on device)", place=path.name, remedy="Free some disk space")

    with pytest.raises(OutputError, match="move the cache with AUDIOBOOK_CACHE=DIR") as caught:
        Store(tmp_path / "encoded").put(KEY, ".aac", encode)
    assert caught.value.place == str(tmp_path / "encoded")


def utterance(**changes: object) -> Utterance:
    fields: dict[str, object] = {
        "text": "Good evening.",
        "language": "en-GB",
        "voice": Voice("piper", "joe"),
        "delivery": Delivery(rate=1.1),
        "phonemes": ((0, 4, "ɡʊd"),),
    }
    return Utterance(**(fields | changes))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        utterance(text="Good evening!"),
        utterance(language="en-US"),
        utterance(voice=Voice("piper", "amy")),
        utterance(voice=Voice("kokoro", "joe")),
        utterance(delivery=Delivery(rate=1.2)),
        utterance(delivery=Delivery(rate=1.1, whisper=1.0)),
        utterance(phonemes=()),
        utterance(phonemes=((0, 4, "ɡuːd"),)),
    ],
)
def test_whatever_shapes_the_sound_changes_the_key(other: Utterance) -> None:
    assert take_key("piper 1", other, 0) != take_key("piper 1", utterance(), 0)


def test_fingerprint_and_seed_change_the_key() -> None:
    keys = {
        take_key("piper 1", utterance(), 0),
        take_key("piper 2", utterance(), 0),
        take_key("piper 1", utterance(), 1),
    }
    assert len(keys) == 3


@pytest.mark.parametrize(
    "other",
    [
        utterance(delivery=Delivery(rate=1.1, gain=-4.0)),
        utterance(voice=Voice("piper", "joe", rate=1.3, pitch=2.0, gain=1.0, timbre=1.1)),
    ],
)
def test_what_is_applied_later_does_not_change_the_key(other: Utterance) -> None:
    assert take_key("piper 1", other, 0) == take_key("piper 1", utterance(), 0)


def test_a_key_is_the_same_in_every_run() -> None:
    assert take_key("piper 1", utterance(), 0) == take_key("piper 1", utterance(delivery=Delivery(rate=1.1)), 0)
    assert take_key("f", Utterance("a", "en", Voice("e", "v")), 0) == (
        "c2fae20171c8cd11320fbcfe6a2b54f399f2ff71c6b9529543d400e7a5466bb6"
    )


def test_the_environment_moves_the_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(tmp_path / "elsewhere"))
    assert cache_folder() == tmp_path / "elsewhere"
    monkeypatch.delenv("AUDIOBOOK_CACHE")
    assert cache_folder().name == "audiobook"


def test_stats_count_takes_bytes_and_seconds(cache: TakeCache) -> None:
    for number in range(3):
        cache.put(key(number), speech(24_000))
    stats = cache.stats()
    assert stats.takes == 3
    assert stats.seconds == pytest.approx(3.0)
    assert stats.size == sum(path.stat().st_size for path in cache.folder.rglob("*") if path.is_file())


def test_verify_names_and_deletes_the_corrupt_only(cache: TakeCache) -> None:
    for number in range(4):
        cache.put(key(number), speech())
    (broken,) = (cache.folder / "takes" / "02").glob("*.flac")
    broken.write_bytes(b"fLaC")
    stray = cache.folder / "takes" / "01" / ".0123-x.flac"
    stray.write_bytes(b"left by a kill")
    assert cache.verify() == (key(2),)
    assert not stray.exists()
    assert cache.stats().takes == 3
    assert cache.verify() == ()


def test_pruning_drops_what_was_used_longest_ago(cache: TakeCache) -> None:
    for number in range(4):
        take = cache.put(key(number), speech(seed=number))
        os.utime(take.path.parent / f"{key(number)}.json", (1000 + number, 1000 + number))
    one = cache.stats().size // 4
    cache.get(key(0))  # used just now, so it is the last to go
    freed = cache.prune(2 * one + one // 2)
    assert freed >= one
    assert [cache.get(key(number)) is not None for number in range(4)] == [True, False, False, True]
    assert cache.prune(10 * one) == 0
    assert cache.prune(0) > 0
    assert cache.stats().takes == 0


def test_a_cache_in_use_is_not_pruned(cache: TakeCache) -> None:
    cache.put(KEY, speech())
    parent = psutil.Process().parent()
    assert parent is not None
    note = cache.folder / "sessions" / f"{parent.pid}.json"
    note.parent.mkdir(parents=True)
    note.write_text(json.dumps({"started": parent.create_time()}))
    with pytest.raises(UsageError, match=f"process {parent.pid}"):
        cache.prune(0)
    assert cache.get(KEY) is not None
    note.write_text(json.dumps({"started": 1.0}))  # a dead build whose number another process has now
    assert cache.prune(0) > 0
    assert not note.exists()


def test_a_session_ends_with_its_block(cache: TakeCache) -> None:
    with cache.session():
        (note,) = (cache.folder / "sessions").iterdir()
        assert note.name.startswith(f"{os.getpid()}-")
        assert cache.prune(0) == 0  # one's own session does not stand in the way
    assert not list((cache.folder / "sessions").iterdir())


def test_the_schema_is_part_of_every_key(monkeypatch: pytest.MonkeyPatch) -> None:
    before = take_key("f", utterance(), 0)
    monkeypatch.setattr(cache_module, "_SCHEMA", 10_000)
    assert take_key("f", utterance(), 0) != before


def test_a_take_travels_as_one_parcel(cache: TakeCache, tmp_path: Path) -> None:
    put = cache.put(KEY, speech())
    parcel = cache.pack(KEY)
    assert parcel is not None
    other = TakeCache(tmp_path / "other")
    adopted = other.adopt(KEY, parcel)
    assert adopted is not None
    assert adopted.words == put.words
    assert adopted.path.read_bytes() == put.path.read_bytes()
    assert cache.pack(key(1)) is None


@pytest.mark.parametrize("place", [0, 40, -1])
def test_a_parcel_damaged_on_the_way_is_refused(cache: TakeCache, tmp_path: Path, place: int) -> None:
    cache.put(KEY, speech())
    parcel = bytearray(cache.pack(KEY) or b"")
    parcel[place] ^= 0x55
    other = TakeCache(tmp_path / "other")
    assert other.adopt(KEY, bytes(parcel)) is None
    assert other.get(KEY) is None


def test_a_shared_store_gives_one_machine_what_another_spoke(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, (tmp_path / "store").as_uri())
    spoken = TakeCache(tmp_path / "one").put(KEY, speech())
    other = TakeCache(tmp_path / "two")
    assert other.get(KEY) is None
    found = other.find(KEY)
    assert found is not None
    assert found.path.read_bytes() == spoken.path.read_bytes()
    assert other.get(KEY) == found
    assert other.find(key(1)) is None


def test_a_damaged_or_missing_shared_store_only_costs_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, (tmp_path / "store").as_uri())
    TakeCache(tmp_path / "one").put(KEY, speech())
    (parcel,) = (tmp_path / "store").rglob("*.take")
    parcel.write_bytes(parcel.read_bytes()[:-9])
    assert TakeCache(tmp_path / "two").find(KEY) is None
    shutil.rmtree(tmp_path / "store")
    (tmp_path / "store").write_text("a file where the folder should be")
    third = TakeCache(tmp_path / "three")
    assert third.find(KEY) is None
    assert third.put(KEY, speech()).path.is_file()


def test_a_shared_store_of_an_unknown_kind_is_named_before_anything_is_spoken(
    cache: TakeCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "carrier-pigeon://roost/takes")
    with pytest.raises(SettingsError, match="AUDIOBOOK_SHARED_CACHE: carrier-pigeon"), cache.session():
        pass
