"""Characters that are printed but not read: taken out, with a map from the clean text back to the source."""

from __future__ import annotations

import bisect
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["Cleaned", "clean", "clean_with_map", "one_line"]

# U+FB00 to U+FB06, the only compatibility characters that are words in disguise; NFKC would also
# flatten superscripts and fractions, which the spoken stage still has to see.
_LIGATURES = {0xFB00: "ff", 0xFB01: "fi", 0xFB02: "fl", 0xFB03: "ffi", 0xFB04: "ffl", 0xFB05: "st", 0xFB06: "st"}
_BREAKS = "\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_SPACES = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
_INVISIBLE = (
    "\xad\u034f\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff"  # soft hyphen, zero width, word joiner, BOM
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # directions; text stays in logical order
)
_CONTROLS = "\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufff0-\ufffb\ufffe\uffff"
_PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010ffff"
_ODD = re.compile(
    rf"\r\n?|[{_BREAKS}]|[{_SPACES}]|[{_INVISIBLE}]|[{_CONTROLS}]|[{_PRIVATE}]|[\ufb00-\ufb06]|[\u200c\u200d]"
)
_BEYOND_LATIN = re.compile(r"[^\x00-\u02ff]+")
_BREAK_SET = frozenset(_BREAKS)
_SPACE = re.compile(rf"[{_SPACES}]")
_UNPRINTABLE = re.compile(rf"[{_CONTROLS}{_PRIVATE}]")


@dataclass(frozen=True, slots=True)
class Cleaned:
    """Clean text and where each of its characters comes from."""

    text: str
    anchors: tuple[tuple[int, int], ...] = field(default=((0, 0),), repr=False)
    """Ascending pairs (index into ``text``, index into the input) from which on both run in step."""
    unprintable: str = ""
    """Control and private-use characters that were taken out."""

    def index(self, at: int) -> int:
        """Map an index into the clean text to the index of the same character in the input."""
        text_index, input_index = self.anchors[bisect.bisect_right(self.anchors, (at, float("inf"))) - 1]
        return input_index + at - text_index


def clean(text: str) -> str:
    r"""Return the text in NFC without soft hyphens, zero-width, direction and control characters.

    Line ends become ``\n``, unusual spaces a plain space, private-use characters a space, the
    ligatures U+FB00 to U+FB06 their letters. The joiners U+200C and U+200D stay where they shape letters or emoji.
    """
    return clean_with_map(text).text


def clean_with_map(text: str) -> Cleaned:
    """Do what `clean` does and keep the map back to the input."""
    if text.isascii() and not _ODD.search(text):
        return Cleaned(text)
    first = _substitute(text)
    if unicodedata.is_normalized("NFC", first.text):
        return first
    return _compose(first)


def one_line(text: str) -> str:
    """Clean the text and turn every run of white space into one space."""
    return " ".join(clean(text).split())


def _substitute(text: str) -> Cleaned:
    pieces: list[str] = []
    anchors = [(0, 0)]
    odd: list[str] = []
    length = last = 0
    for match in _ODD.finditer(text):
        start, end = match.span()
        new = _replacement(text, match)
        if _UNPRINTABLE.match(match[0]):
            odd.append(match[0])
        pieces += (text[last:start], new)
        length += start - last + len(new)
        last = end
        if len(new) != end - start:
            anchors.append((length, end))
            if len(new) > 1:  # every letter of a ligature stands for the same input character
                anchors[-1:] = [*((length - len(new) + n, start) for n in range(1, len(new))), (length, end)]
    pieces.append(text[last:])
    return Cleaned("".join(pieces), _ascending(anchors), "".join(odd))


def _replacement(text: str, match: re.Match[str]) -> str:
    char = match[0]
    if char[0] == "\r" or char in _BREAK_SET:
        return "\n"
    if char in "\u200c\u200d":
        # Latin, Greek and Cyrillic need no joiners; scripts beyond them and emoji change without.
        before = text[match.start() - 1] if match.start() else ""
        return char if before > "\u058f" else ""
    if ord(char) in _LIGATURES:
        return _LIGATURES[ord(char)]
    if _SPACE.match(char):
        return " "
    if unicodedata.category(char) == "Co":
        return " "
    return ""


def _compose(cleaned: Cleaned) -> Cleaned:
    """Compose to NFC, cluster by cluster, so that the map stays exact outside the clusters that change."""
    pieces: list[str] = []
    shifts: list[tuple[int, int]] = [(0, 0)]  # (index into the composed text, index into cleaned.text)
    length = last = 0
    text = cleaned.text
    for start, end in _clusters(text):
        new = unicodedata.normalize("NFC", text[start:end])
        if new == text[start:end]:
            continue
        pieces += (text[last:start], new)
        length += start - last
        shifts.append((length, start))
        # A few characters, such as notes of music, are longer in NFC: what is new stands for the last of the old.
        shifts += [(length + extra, end - 1) for extra in range(end - start, len(new))]
        length += len(new)
        shifts.append((length, end))
        last = end
    pieces.append(text[last:])
    return Cleaned("".join(pieces), _chain(_ascending(shifts), cleaned.anchors), cleaned.unprintable)


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans that could change under NFC: a character with all that may compose with it."""
    for run in _BEYOND_LATIN.finditer(text):
        start = max(run.start() - 1, 0)  # a mark composes with the base before it, and that may be plain ASCII
        for at in range(start + 1, run.end()):
            if not (unicodedata.category(text[at]).startswith("M") or "\u1160" <= text[at] <= "\u11ff"):
                yield start, at
                start = at
        yield start, run.end()


def _chain(outer: tuple[tuple[int, int], ...], inner: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    """Compose two maps: outer leads from the new text to the old, inner from the old text to the input."""
    starts = [pair[0] for pair in inner]
    points: list[tuple[int, int]] = []
    for number, (new, old) in enumerate(outer):
        stop = outer[number + 1][0] - new + old if number + 1 < len(outer) else float("inf")
        at = bisect.bisect_right(starts, old) - 1
        points.append((new, inner[at][1] + old - inner[at][0]))
        for text_index, input_index in inner[at + 1 :]:
            if text_index >= stop:
                break
            points.append((new + text_index - old, input_index))
    return _ascending(points)


def _ascending(anchors: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """Keep the last anchor of each text index and drop those that say nothing new."""
    kept: list[tuple[int, int]] = []
    for text_index, input_index in anchors:
        if kept and kept[-1][0] == text_index:
            kept[-1] = (text_index, input_index)
        elif not kept or input_index - text_index != kept[-1][1] - kept[-1][0]:
            kept.append((text_index, input_index))
    return tuple(kept)
