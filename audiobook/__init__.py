"""Turn stories and books into finished, chaptered, mastered audiobooks, offline."""

from __future__ import annotations

__version__ = "0.1.0"
