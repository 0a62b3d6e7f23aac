"""Bit rates of an MP3, frame by frame: headers of encoders may be missing or wrong."""

from __future__ import annotations

import mmap
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Mpeg", "after_id3", "read_mpeg"]

_KBPS_1 = (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
_KBPS_2 = (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160)
_RATES = (44_100, 48_000, 32_000)
_ID3_HEADER = 10


@dataclass(frozen=True, slots=True)
class Mpeg:
    """What the frames of an MP3 say."""

    frames: int
    kbps: tuple[int, ...]
    """Every bit rate that occurs, ascending; one of them means constant."""
    header: bool = False
    """The encoder's own header, with the number of frames, stands before them."""


def read_mpeg(path: Path) -> Mpeg:
    """Walk over the layer III frames of ``path``; what is no frame (tags, rubbish) is stepped over."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        at, header = after_id3(data[:_ID3_HEADER]), False
        found: dict[int, int] = {}
        while at + 4 <= len(data):
            kbps, size = _frame(data[at : at + 4])
            if not size:
                at = _next_sync(data, at + 1)
                continue
            # The header frame of LAME holds no sound and may have another rate.
            if found == {} and _is_info(data[at : at + 64]):
                header = True
            else:
                found[kbps] = found.get(kbps, 0) + 1
            at += size
    return Mpeg(sum(found.values()), tuple(sorted(found)), header)


def after_id3(head: bytes) -> int:
    """Return where a file goes on behind the ID3 tags that begin with its first ten bytes; 0 without tags."""
    if head[:3] != b"ID3" or len(head) < _ID3_HEADER:
        return 0
    size = (head[6] & 127) << 21 | (head[7] & 127) << 14 | (head[8] & 127) << 7 | head[9] & 127
    return _ID3_HEADER + size


def _frame(head: bytes) -> tuple[int, int]:
    """Return bit rate in kbit/s and length in bytes; 0 and 0 when this is no frame of layer III."""
    version, layer = head[1] >> 3 & 3, head[1] >> 1 & 3
    index, rate = head[2] >> 4, head[2] >> 2 & 3
    if head[0] != 0xFF or head[1] < 0xE0 or layer != 1 or version == 1 or index in (0, 15) or rate == 3:
        return 0, 0
    first = version == 3
    kbps = (_KBPS_1 if first else _KBPS_2)[index]
    hertz = _RATES[rate] // (1 if first else 2 if version == 2 else 4)
    return kbps, (144 if first else 72) * kbps * 1000 // hertz + (head[2] >> 1 & 1)


def _is_info(start: bytes) -> bool:
    return b"Info" in start or b"Xing" in start


def _next_sync(data: mmap.mmap, at: int) -> int:
    found = data.find(b"\xff", at)
    return found if found >= 0 else len(data)
