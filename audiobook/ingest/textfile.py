"""Bytes to text: encodings, byte order marks, line ends, and the refusal of what is no text."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from audiobook.errors import HostileSourceError, SourceError
from audiobook.ingest.language import guess_language
from audiobook.ingest.scripts import is_unspaced

__all__ = ["MAX_TEXT_BYTES", "decode", "fallback_title", "read_text", "refuse_binary"]

MAX_TEXT_BYTES = 64 << 20
"""Largest text file, about twelve times the longest novel; memory grows with the text."""

_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARED = re.compile(rb"(?im)^(?:character set encoding|encoding)[ \t]*:[ \t]*([\w-]+)")
_SAMPLE = 1 << 16
_WESTERN = frozenset({"en", "fr", "de", "es", "it", "pt", "nl", "sv", "da", "fi"})
_NEWLINES = re.compile(r"\r\n?")


def read_text(path: Path, encoding: str = "") -> str:
    r"""Read a text file and decode it; every line end is one ``\n``.

    Args:
        path: The file.
        encoding: Its encoding; empty detects it.

    Raises:
        SourceError: it is unreadable, empty or no text, or the encoding is unknown or wrong.
        HostileSourceError: it is larger than `MAX_TEXT_BYTES`.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_TEXT_BYTES + 1)
    except OSError as error:
        message = f"cannot be read: {error.strerror or error}"
        raise SourceError(message, place=str(path), remedy="Check that you may read it") from error
    if len(data) > MAX_TEXT_BYTES:
        raise HostileSourceError(
            f"is larger than {MAX_TEXT_BYTES >> 20} MB of text", place=str(path), remedy="Split it into volumes"
        )
    text = decode(data, encoding, place=str(path))
    if not any(char.isalnum() for char in text):
        raise SourceError("has no words in it", place=str(path), remedy="Name a file with text in it")
    return text


def decode(data: bytes, encoding: str = "", *, place: str = "") -> str:
    r"""Decode bytes of text, turning every line end into one ``\n``.

    A byte order mark of UTF-8 stays as U+FEFF, so that offsets are those of ``data.decode("utf-8")``.

    Raises:
        SourceError: the bytes are no text, or not in the encoding that was named.
    """
    text = _decode_as(data, encoding, place) if encoding else _detect(data, place)
    return _NEWLINES.sub("\n", text) if "\r" in text else text


def _decode_as(data: bytes, encoding: str, place: str) -> str:
    try:
        return data.decode(encoding)
    except LookupError as error:
        raise SourceError(f'unknown encoding "{encoding}"', place=place, remedy="Name it as utf-8 or cp1252") from error
    except UnicodeDecodeError as error:
        message = f"is not in the encoding {encoding} (byte {error.start})"
        raise SourceError(message, place=place, remedy="Leave ingest.encoding empty to detect it") from error


def _detect(data: bytes, place: str) -> str:
    wide = _marked_encoding(data) or _wide_encoding(data)
    if wide:
        return data.decode(wide, errors="replace")
    _refuse_binary(data, place)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A file cut off inside its last character is UTF-8 all the same.
        if error.start >= len(data) - 3 and error.reason == "unexpected end of data":
            return data.decode("utf-8", errors="ignore")
    return _legacy(data)


def refuse_binary(data: bytes, place: str) -> None:
    """Refuse bytes that are no text in any encoding.

    Raises:
        SourceError: they are pictures, programs, noise or the like.
    """
    if not _marked_encoding(data) and not _wide_encoding(data):
        _refuse_binary(data, place)


def _refuse_binary(data: bytes, place: str) -> None:
    if data.count(b"\0") * 100 > len(data) or _binary_share(data[:_SAMPLE]) > 0.02:
        raise SourceError(
            "is not text", place=place, remedy="Name a text, Markdown, EPUB, HTML, DOCX, ODT, PDF or FB2 file"
        )


def _marked_encoding(data: bytes) -> str:
    return next((name for mark, name in _BOMS if data.startswith(mark)), "")


def _wide_encoding(data: bytes) -> str:
    """Recognize UTF-16 without a mark by its zero bytes, which stand on one side of nearly every letter."""
    sample = data[:_SAMPLE]
    pairs = len(sample) // 2
    if pairs < 2:
        return ""
    even, odd = sample[0 : 2 * pairs : 2].count(0), sample[1 : 2 * pairs : 2].count(0)
    if odd > 0.4 * pairs and even < 0.05 * pairs:
        return "utf-16-le"
    if even > 0.4 * pairs and odd < 0.05 * pairs:
        return "utf-16-be"
    return ""


def _binary_share(sample: bytes) -> float:
    controls = sum(sample.count(bytes((code,))) for code in (*range(1, 9), *range(14, 27), *range(28, 32)))
    return controls / max(1, len(sample))


def _legacy(data: bytes) -> str:
    """Decode text of before UTF-8: by what the file says of itself, then by its bytes."""
    declared = _DECLARED.search(data[:4096])
    if declared:
        name = declared[1].decode("ascii")
        try:
            # ISO-8859-1 in a header nearly always means Windows-1252, which has quotes where the other has controls.
            return data.decode("cp1252" if name.lower() in {"iso-8859-1", "latin-1", "latin1"} else name)
        except (LookupError, UnicodeDecodeError):
            pass
    from charset_normalizer import from_bytes

    # Only the lines with bytes above ASCII tell encodings apart.
    telling = b"\n".join(line for line in data.splitlines() if not line.isascii())[:_SAMPLE]
    best = from_bytes(telling, cp_exclusion=["utf_7"]).best()
    encoding = best.encoding if best else "cp1252"
    if encoding != "cp1252" and encoding.startswith(("cp125", "iso8859", "latin")):
        # Encodings of one script are hard to tell by bytes; a Western language settles it.
        western = data.decode("cp1252", errors="replace")
        if guess_language(western, "", words_only=True) in _WESTERN:
            return western
    return data.decode(encoding, errors="replace")


_OPENING_WORDS = 8
_OPENING_LETTERS = 60
"""Characters of the longest title made of opening words; half of them where words are not set apart by spaces."""
_OPENING_MARKS = "\"'“”‘’«»„「」『』,;:-–— "
_SPEECH = re.compile('["“”„«»「」『』]')
_SENTENCE = re.compile(r"(?<=[^\W\d_]{2})[.!?…](?=\W|\Z)|[。！？؟।…]")


def fallback_title(stem: str, text: str) -> str:
    """Make a title for a book that states none: its file's name, or its opening words when the name has no word.

    Args:
        stem: The file's name without its suffix; ``000_345fd937`` has no word, ``my_story-2`` has two.
        text: The start of the book's text, a paragraph a line.
    """
    name = " ".join(stem.replace("_", " ").split())
    if any(word.isalpha() and len(word) > 1 for word in re.split(r"[\W_]+", stem)):
        return name
    first = next((line for line in text.split("\n") if any(map(str.isalnum, line))), "")
    opening = " ".join(first.split()).lstrip(_OPENING_MARKS)
    sentence = _SENTENCE.split(opening, maxsplit=1)[0]
    # What stands before a speech, or the speech alone, never half of one with a mark that has no partner.
    pieces = (piece.strip(_OPENING_MARKS) for piece in _SPEECH.split(sentence))
    phrase = next((piece for piece in pieces if any(map(str.isalnum, piece))), "")
    return _shortened(phrase) or name or "Untitled"


def _shortened(phrase: str) -> str:
    words = phrase.split()
    if len(words) > _OPENING_WORDS:
        phrase = " ".join(words[: _OPENING_WORDS - 2]) + " …"
    limit = _OPENING_LETTERS // 2 if is_unspaced(phrase) else _OPENING_LETTERS
    return phrase if len(phrase) <= limit else phrase[: limit - 2].rstrip() + " …"
