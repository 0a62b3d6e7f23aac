"""ZIP containers that come out the same every time."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from audiobook.atomic import output_path, translated

__all__ = ["Entry", "write_zip"]

_DATE = (1980, 1, 1, 0, 0, 0)
"""The first date that ZIP knows."""
_MODE = 0o644 << 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a container."""

    name: str
    content: bytes | str | Path
    """Bytes, text for UTF-8, or a file to copy."""
    stored: bool = False
    """Left uncompressed: sound, pictures, and what a reader looks for at a fixed place."""


def write_zip(final: Path, entries: Iterable[Entry]) -> None:
    """Write entries in the order given; raise OutputError when that fails."""
    with output_path(final) as temporary, translated(final), zipfile.ZipFile(temporary, "w") as archive:
        for entry in entries:
            info = zipfile.ZipInfo(entry.name, _DATE)
            info.external_attr = _MODE
            info.create_system = 3  # Unix everywhere, or Windows would write other bytes
            info.compress_type = zipfile.ZIP_STORED if entry.stored else zipfile.ZIP_DEFLATED
            if isinstance(entry.content, Path):
                info.file_size = entry.content.stat().st_size
                with entry.content.open("rb") as source, archive.open(info, "w") as target:
                    shutil.copyfileobj(source, target, 1 << 20)
            else:
                content = entry.content.encode("utf-8") if isinstance(entry.content, str) else entry.content
                archive.writestr(info, content)
