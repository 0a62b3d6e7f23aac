#!/usr/bin/env python3
"""From a fresh copy to a finished audiobook: ``python3 scripts/quickstart.py``.

Makes ``.venv``, installs the program into it, turns the sample story into ``output/`` and says what to try next.
Needs Python 3.11 or newer and pip; nothing else has to be installed.
"""

from __future__ import annotations

import os
from pathlib import Path

from environment import ROOT, prepare, run

SAMPLE = Path("examples") / "the-lamp-at-kerrow-point.txt"


def main() -> None:
    python = prepare(".venv")
    run([str(python), "-m", "audiobook", "build", str(SAMPLE)])
    command = Path(".venv") / ("Scripts/audiobook.exe" if os.name == "nt" else "bin/audiobook")
    finished = sorted((ROOT / "output" / "the-lamp-at-kerrow-point").glob("*.m4b"))
    print(f"\nListen to it:     {finished[0].relative_to(ROOT)}")
    print("Try next:")
    print(f"  {command} build YOUR-STORY.txt")
    print(f"  {command} script YOUR-STORY.txt      who speaks, and how: edit it, then build it")
    print(f"  {command} build YOUR-STORY.txt --formats m4b,mp3,srt")
    print(f"  {command} voices                     more voices")
    print(f"  {command} --help")


if __name__ == "__main__":
    main()
