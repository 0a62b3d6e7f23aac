"""Nothing reaches out: whole builds in a world where no program can open an internet socket."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from audiobook.engines import available

SEAL = """
import os, socket, sys

def refuse(event, arguments):
    if event == "socket.__new__" and arguments[1] in (socket.AF_INET, socket.AF_INET6):
        with open(os.environ["SEAL_LOG"], "a") as log:
            print(sys.argv, file=log)
        raise OSError("the network is sealed")
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "urllib.Request"):
        with open(os.environ["SEAL_LOG"], "a") as log:
            print(event, arguments, file=log)
        raise OSError("the network is sealed")

sys.addaudithook(refuse)
with open(os.environ["SEAL_LOG"] + ".seen", "a") as log:
    print(os.getpid(), file=log)
"""
"""Python reads it at the start of every process that inherits the environment: this one's children and theirs."""
ENGINES = [status.name for status in available() if status.installed and status.name != "fake"]


def sealed(tmp_path: Path, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
    """Run the program and all its children without a network."""
    (tmp_path / "seal").mkdir(exist_ok=True)
    (tmp_path / "seal" / "sitecustomize.py").write_text(SEAL, "utf-8")
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "seal"), "SEAL_LOG": str(tmp_path / "calls")} | extra
    command = [sys.executable, "-m", "audiobook", *arguments]
    return subprocess.run([*_jail(), *command], capture_output=True, text=True, env=environment, check=False)


def _jail() -> list[str]:
    """A namespace without any interface, where the system lets an ordinary user have one: it holds native code too."""
    jail = ["unshare", "--map-root-user", "--net"]
    if shutil.which("unshare") and subprocess.run([*jail, "true"], capture_output=True, check=False).returncode == 0:
        return jail
    return []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_whole_build_opens_no_socket(tmp_path: Path, story: Path, engine: str) -> None:
    done = sealed(
        tmp_path, "build", str(story), "--engine", engine, "--formats", "m4b,mp3,srt,epub", "-o", str(tmp_path / "out")
    )
    assert done.returncode == 0, done.stderr
    assert list((tmp_path / "out").glob("*.m4b"))
    assert not (tmp_path / "calls").exists(), (tmp_path / "calls").read_text()
    processes = len(set((tmp_path / "calls.seen").read_text().split()))
    assert processes >= (2 if engine == "silent" else 3 if engine == "pyttsx3" else 2), "the seal reached no child"


def test_the_seal_holds(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    done = sealed(tmp_path, "voices", "install", "piper:en_GB-alan-medium", AUDIOBOOK_DATA=str(tmp_path / "data"))
    assert done.returncode != 0
    assert (tmp_path / "calls").exists()


def test_without_voices_the_remedy_is_one_line(tmp_path: Path, story: Path) -> None:
    (tmp_path / "data").mkdir()
    for engine, remedy in (("kokoro", "audiobook voices install kokoro"), ("parrot", "audiobook")):
        arguments = ("build", str(story), "--engine", engine, "-o", str(tmp_path / "out"))
        done = sealed(tmp_path, *arguments, AUDIOBOOK_DATA=str(tmp_path / "data"))
        assert done.returncode in {4, 5}
        (line,) = (line for line in done.stderr.splitlines() if line.startswith("audiobook: "))
        assert remedy in line
    assert not (tmp_path / "calls").exists()
    assert not (tmp_path / "out").exists()
