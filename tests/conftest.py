"""What every test gets: a cache, data and settings folder of its own, so that nothing of the user's is touched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# A busy machine is slow, which is no fault of the code under test; in CI a run must repeat exactly.
hypothesis.settings.register_profile(
    "audiobook",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
hypothesis.settings.load_profile("audiobook")


@pytest.fixture(autouse=True, scope="session")
def _session_folders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Fixtures of wider scope than a test record into a cache of the session."""
    home = tmp_path_factory.mktemp("session")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDIOBOOK_CACHE", str(home / "cache"))
        patch.setenv("AUDIOBOOK_CONFIG", str(home / "config"))
        yield


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("AUDIOBOOK_CACHE", str(home / "cache"))
    monkeypatch.setenv("AUDIOBOOK_CONFIG", str(home / "config"))


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """A story of two chapters, four speakers and every common cue."""
    path = tmp_path / "The Lamp.txt"
    path.write_text(STORY, "utf-8")
    return path


STORY = """\
The Lamp

Chapter 1

Ada found the lamp on the 3rd of May, behind Dr. Crane's shed.

"Is it magic?" she asked nervously.

"Nothing is magic," said Tom. "It is brass."

* * *

That night it glowed. "Tom!" Ada whispered. "Wake up!"

Chapter 2

"It cost $5.50," shouted Mr. Bell, "and it is mine!"

Nobody answered him.
"""
