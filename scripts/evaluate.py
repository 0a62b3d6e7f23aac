#!/usr/bin/env python3
"""Accuracy on real texts with right answers: ``python scripts/evaluate.py [AREA ...] [--data DIR] [--json]``.

AREA is chapters, epub, quotes, emotion or normalization; all of them when none is named. The data lies outside the
project (DIR, by default ``../shared/data``); where it is not there, there is nothing to measure and the script says so.
"""

from __future__ import annotations

import argparse
import importlib
import json
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
AREAS = ("chapters", "epub", "quotes", "emotion", "normalization")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("areas", nargs="*", choices=[*AREAS, []], default=[])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared" / "data")
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    if not arguments.data.is_dir():
        print(f"{arguments.data} is not there: nothing to measure")
        return 0
    sys.path.insert(0, str(ROOT / "scripts"))
    for area in arguments.areas or AREAS:
        if not (arguments.data / area).is_dir():
            print(f"{area}: no data, skipped")
            continue
        started = time.monotonic()
        result = importlib.import_module(f"evaluation.{area}").run(arguments.data)
        print(json.dumps({area: result}) if arguments.json else f"\n{area} ({time.monotonic() - started:.1f} s)")
        if not arguments.json:
            _show(result, 1)
    return 0


def _show(value: object, depth: int) -> None:
    if not isinstance(value, dict):
        print("  " * depth + str(value))
        return
    for name, inner in value.items():
        if isinstance(inner, dict) and any(isinstance(one, dict) for one in inner.values()):
            print("  " * depth + f"{name}:")
            _show(inner, depth + 1)
        else:
            print("  " * depth + f"{name}: {json.dumps(inner, ensure_ascii=False, default=str)}")


if __name__ == "__main__":
    sys.exit(main())
