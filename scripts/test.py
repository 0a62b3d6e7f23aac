#!/usr/bin/env python3
"""Everything that must hold, in one command: ``python3 scripts/test.py [pytest arguments]``.

Makes ``.venv-test`` with all optional parts, then runs ruff, mypy --strict and pytest.
"""

from __future__ import annotations

import sys

from environment import prepare, run


def main() -> None:
    python = str(prepare(".venv-test", extras="[test]"))
    arguments = sys.argv[1:]
    if not arguments:
        run([python, "-m", "ruff", "check", "."])
        run([python, "-m", "ruff", "format", "--check", "."])
        run([python, "-m", "mypy"])
    run([python, "-m", "pytest", "-n", "auto", *arguments])


if __name__ == "__main__":
    main()
