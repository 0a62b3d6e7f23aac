"""A virtual environment beside the project, made or brought up to date with the standard library alone."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST = (3, 11)


def prepare(name: str, *, extras: str = "") -> Path:
    """Make the environment ``name`` with the package and its ``extras``; return its Python.

    Nothing is installed again while pyproject.toml, the extras and the Python version stay the same.
    """
    if sys.version_info < OLDEST:
        sys.exit(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {sys.version.split()[0]}")
    folder = ROOT / name
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    stamp = folder / "installed.txt"
    wanted = _fingerprint(extras)
    if python.exists() and stamp.exists() and stamp.read_text("utf-8") == wanted:
        return python
    print(f"Making {name} and installing what is needed (a few minutes the first time) ...", flush=True)
    if not python.exists():
        venv.create(folder, with_pip=True, clear=folder.exists())
    run([str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--editable", f".{extras}"])
    stamp.write_text(wanted, "utf-8")
    return python


def run(command: list[str], *, quiet_failure: bool = False, environment: dict[str, str] | None = None) -> int:
    """Run a command in the project's folder; exit with its code when it fails, unless ``quiet_failure``."""
    code = subprocess.run(command, cwd=ROOT, check=False, env={**os.environ, **(environment or {})}).returncode
    if code and not quiet_failure:
        sys.exit(code)
    return code


def _fingerprint(extras: str) -> str:
    content = (ROOT / "pyproject.toml").read_bytes() + extras.encode() + sys.version.encode()
    return hashlib.sha256(content).hexdigest()
