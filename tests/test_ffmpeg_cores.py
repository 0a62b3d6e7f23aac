"""An ffmpeg gets one core and is run as a batch, and whoever starts it stays as it was."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from audiobook import ffmpeg
from audiobook.ffmpeg.cores import as_batch_on, core_for_child

linux = pytest.mark.skipif(sys.platform != "linux", reason="other systems give a program no such choice")

if sys.platform == "linux":

    def schedule() -> tuple[set[int], int]:
        return os.sched_getaffinity(0), os.sched_getscheduler(0)


@linux
def test_a_child_has_one_core_and_is_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = schedule()
    script = tmp_path / "ffmpeg"
    script.write_text(
        f"#!{sys.executable}\nimport os\nprint(len(os.sched_getaffinity(0)), os.sched_getscheduler(0))\n", "utf-8"
    )
    script.chmod(0o755)
    monkeypatch.setenv("AUDIOBOOK_FFMPEG", str(script))
    said, _log = ffmpeg.run((), place="here")
    assert said.split() == [b"1", str(os.SCHED_BATCH).encode()]
    assert schedule() == before


@linux
def test_children_at_the_same_time_share_the_cores_evenly() -> None:
    count = len(os.sched_getaffinity(0))
    with core_for_child() as first:
        others = []
        for _ in range(count - 1):
            with core_for_child() as other:  # given back at once, so it is free for the next
                others.append(other)
        assert all(other != first for other in others)
        with core_for_child() as second, core_for_child() as third:
            assert {first, second} <= os.sched_getaffinity(0)
            assert count == 1 or first != second
            assert count != 2 or third in {first, second}


@linux
def test_only_the_thread_that_starts_a_child_is_moved() -> None:
    seen: list[tuple[set[int], int]] = []
    before, moved = schedule(), threading.Event()

    def look() -> None:
        moved.wait(10)
        seen.append(schedule())

    standing = threading.Thread(target=look)
    standing.start()
    core = max(before[0])
    with as_batch_on(core):
        assert schedule() == ({core}, os.SCHED_BATCH)
        moved.set()
        standing.join()
    assert seen == [before]


@linux
def test_a_thread_that_fails_to_start_its_child_is_put_back() -> None:
    before = schedule()
    with pytest.raises(RuntimeError), as_batch_on(min(before[0])):
        raise RuntimeError
    assert schedule() == before


@linux
@pytest.mark.parametrize("forbidden", ["sched_setaffinity", "sched_setscheduler"])
def test_a_sandbox_that_forbids_it_costs_nothing_but_time(monkeypatch: pytest.MonkeyPatch, forbidden: str) -> None:
    def refuse(*_args: object) -> None:
        raise PermissionError

    before = schedule()
    allowed: Callable[..., None] = getattr(os, forbidden)
    monkeypatch.setattr(os, forbidden, refuse)
    assert ffmpeg.version().startswith("ffmpeg version")
    with as_batch_on(min(before[0])):
        pass
    monkeypatch.setattr(os, forbidden, allowed)
    assert schedule() == before


def test_elsewhere_nothing_is_asked_of_the_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.delattr(os, "sched_getaffinity", raising=False)
    monkeypatch.delattr(os, "sched_setaffinity", raising=False)
    with core_for_child() as core, as_batch_on(core):
        assert core is None
