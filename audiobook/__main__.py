"""``python -m audiobook``."""

from __future__ import annotations

import sys

from audiobook.cli import main

if __name__ == "__main__":
    sys.exit(main())
