#!/usr/bin/env python3
"""Everything that must hold, in one command: ``python3 scripts/test.py [pytest arguments]``.

Makes ``.venv-test`` with all optional parts and Kokoro's voices, then runs ruff, mypy --strict and pytest.
"""

from __future__ import annotations

import os
import sys

from environment import ROOT, prepare, run

VOICES = ROOT / ".venv-test" / "voices"


def main() -> None:
    python = str(prepare(".venv-test", extras="[test]"))
    environment = {"AUDIOBOOK_DATA": str(VOICES)}
    arguments = sys.argv[1:]
    if not arguments:
        run([python, "-m", "ruff", "check", "."])
        run([python, "-m", "ruff", "format", "--check", "."])
        run([python, "-m", "mypy"])
    missing = not VOICES.exists() and run(
        [python, "-m", "audiobook", "voices", "install", "kokoro"], quiet_failure=True, environment=environment
    )
    if missing and "CI" in os.environ:
        sys.exit("Kokoro's voices could not be installed, and CI tests every engine")
    if missing:
        print("Kokoro's voices could not be installed: its tests are left out")
    else:
        environment["AUDIOBOOK_TEST_ENGINES"] = "kokoro"
    run([python, "-m", "pytest", "-n", "auto", *arguments], environment=environment)


if __name__ == "__main__":
    main()
