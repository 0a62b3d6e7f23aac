r"""The escapes of the script file: how any text fits on a line that people edit.

``\`` before a punctuation mark is that mark; ``\n`` is a line break, ``\s`` a space where an editor
would strip one, ``\u{2028}`` a character by its number. ``{written|spoken}`` holds an `Override`.
"""

from __future__ import annotations

import re

from audiobook.script import Override

__all__ = ["TextError", "escape", "escape_speaker", "escape_title", "parse_text", "unescape"]

_ESCAPE = re.compile(r"\\(?:u\{([0-9A-Fa-f]{1,6})\}|(.)|\Z)", re.DOTALL)
_TEXT_MARKS = re.compile(r"[\\{}]")
_SPOKEN_MARKS = re.compile(r"[\\{}|]")
_SPEAKER_MARKS = re.compile(r"[\\():]")
_TOKEN = re.compile(r"\\(?:u\{[0-9A-Fa-f]{1,6}\}|.|\Z)|[{|}]|[^\\{|}]+", re.DOTALL)
# Line ends of other systems would be lost when a file is read as text.
_ODD_BREAK = re.compile(r"[\r\v\f\x1c-\x1e\x85\u2028\u2029]")


class TextError(ValueError):
    """A piece of text breaks the escape rules; the message says which and the remedy."""


def escape(text: str, overrides: tuple[Override, ...] = ()) -> str:
    r"""Write a line's text so that `parse_text` gives back the same text and overrides.

    Line breaks become continuation lines (``\n`` and two spaces) where that is unambiguous.
    """
    joined = _marked(text, overrides)
    lines = joined.split("\n")
    if len(lines) > 1 and all(line and line == line.strip() for line in lines):
        return "\n  ".join(map(_odd_breaks, lines))
    return _guard_edges(_one_line(joined))


def escape_title(title: str, overrides: tuple[Override, ...] = ()) -> str:
    """Write a title on one line so that `parse_text` gives back the same title and overrides."""
    return _guard_edges(_one_line(_marked(title, overrides)))


def _marked(text: str, overrides: tuple[Override, ...]) -> str:
    pieces, at = [], 0
    for override in overrides:
        written = _TEXT_MARKS.sub(r"\\\g<0>", text[override.start : override.end]).replace("|", "\\|")
        spoken = _SPOKEN_MARKS.sub(r"\\\g<0>", override.spoken)
        pieces += [_TEXT_MARKS.sub(r"\\\g<0>", text[at : override.start])]
        pieces += [f"{{{_one_line(written)}|{_one_line(spoken)}}}"]
        at = override.end
    return "".join((*pieces, _TEXT_MARKS.sub(r"\\\g<0>", text[at:])))


def escape_speaker(speaker: str) -> str:
    """Write a speaker's name so that it ends where its cues or its colon begin."""
    name = _guard_edges(_one_line(_SPEAKER_MARKS.sub(r"\\\g<0>", speaker)))
    return "\\" + name if name[:1] in "#;[+*" else name


def unescape(text: str) -> str:
    """Resolve escapes; raise TextError for one that does not exist."""
    return _ESCAPE.sub(_resolve, text) if "\\" in text else text


def parse_text(text: str) -> tuple[str, tuple[Override, ...]]:
    """Resolve escapes and overrides of a line's text; raise TextError when a brace has no partner."""
    if not any(mark in text for mark in "\\{}"):
        return text, ()
    written: list[str] = []
    overrides: list[Override] = []
    length, start = 0, -1
    spoken: list[str] | None = None
    for piece in _TOKEN.findall(text):
        if piece == "{":
            if start >= 0:
                raise TextError("a { inside { }; write \\{ for a brace that is read as text")
            start = length
        elif piece == "|" and start >= 0 and spoken is None:
            spoken = []
        elif piece == "}":
            if spoken is None:
                raise TextError("} without {written|spoken before it; write \\} for a brace that is read as text")
            overrides.append(Override(start, length, "".join(spoken)))
            start, spoken = -1, None
        elif spoken is not None:
            spoken.append(unescape(piece))
        else:
            plain = unescape(piece)
            written.append(plain)
            length += len(plain)
    if start >= 0:
        raise TextError("{ without }; write {written|spoken}, or \\{ for a brace that is read as text")
    return "".join(written), tuple(overrides)


def _resolve(match: re.Match[str]) -> str:
    number, mark = match.groups()
    if number:
        if int(number, 16) > 0x10FFFF:
            raise TextError(f"{match.group()} is not a character")
        return chr(int(number, 16))
    if mark == "n":
        return "\n"
    if mark == "s":
        return " "
    if mark is None or mark.isalnum():
        raise TextError(f"{match.group()} is not an escape; write \\\\ for a backslash")
    return str(mark)


def _one_line(text: str) -> str:
    return _odd_breaks(text.replace("\n", "\\n"))


def _odd_breaks(text: str) -> str:
    return _ODD_BREAK.sub(lambda match: f"\\u{{{ord(match.group()):X}}}", text)


def _guard_edges(text: str) -> str:
    # An escaped text never ends inside an escape, so its outer white space is plain white space.
    core = text.strip()
    if core == text:
        return text
    start = text.find(core) if core else len(text)
    head, tail = text[:start], text[start + len(core) :]
    return _spaces(head) + core + _spaces(tail)


def _spaces(text: str) -> str:
    return "".join("\\s" if letter == " " else f"\\u{{{ord(letter):X}}}" for letter in text)
