"""Lexicons on disk: ``lexicon.toml`` and PLS.

::

    [words]                              # the short form: words to say, or /ipa/
    Cholmondeley = "Chumley"
    "Van Gogh" = "/væn ˈɡoʊ/"

    [[word]]                             # the long form
    written = "Polish"
    ipa = "ˈpoʊlɪʃ"                      # or spoken = "..."
    case = true                          # capitals must agree
    language = "en"                      # only in texts of this language

    [[word]]                             # several entries of one word are told apart
    written = "record"
    ipa = "ˈɹɛkɚd"
    part = "noun"                        # noun, verb or adjective, shown by the words around it (English)

    [[word]]                             # where nothing shows it, an entry without a part counts, else the first
    written = "record"
    ipa = "ɹɪˈkɔːɹd"
    part = "verb"
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from audiobook.book import LexiconEntry
from audiobook.errors import SettingsError
from audiobook.spoken import pls
from audiobook.spoken.ipa import fault, given
from audiobook.spoken.lexicon import Entry, Lexicon
from audiobook.usertext import parse_toml as load_toml
from audiobook.usertext import read_user_file

__all__ = ["from_book", "parse_toml", "read_lexicon", "to_toml"]

_LANGUAGE = r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"
_KEYS = {"written": str, "spoken": str, "ipa": str, "part": str, "case": bool, "language": str}


def read_lexicon(path: Path) -> Lexicon:
    """Read ``lexicon.toml`` or a PLS file, told apart by their suffix.

    Raises:
        SettingsError: the file is missing, too large, unreadable, or an entry is wrong.
    """
    try:
        data = read_user_file(path)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SettingsError(f"cannot read this lexicon: {reason}", place=str(path), remedy="Check the path") from error
    if path.suffix.lower() in {".pls", ".xml"}:
        return pls.parse(data, str(path))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SettingsError("this lexicon is not UTF-8", place=str(path), remedy="Save it as UTF-8") from error
    return parse_toml(text, str(path))


def parse_toml(text: str, place: str) -> Lexicon:
    """Read the text of a ``lexicon.toml``; ``place`` names it in errors.

    Raises:
        SettingsError: the text is no TOML, or an entry is wrong.
    """
    try:
        table = load_toml(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"not valid TOML: {error}", place=place, remedy="Put words in quotation marks") from error
    lines = text.splitlines()
    for key in table:
        if key not in {"words", "word"}:
            raise SettingsError(f"unknown key {key!r}", place=place, remedy="Use [words] or [[word]]")
    short = table.get("words", {})
    long = table.get("word", [])
    if not isinstance(short, dict) or not isinstance(long, list):
        raise SettingsError("[words] is a table and [[word]] a list of tables", place=place)
    heads = {line.partition("=")[0].strip(): number for number, line in reversed([*enumerate(lines, 1)])}
    entries = [_short(written, value, _place_of(written, heads, place)) for written, value in short.items()]
    starts = [line for line, text in enumerate(lines, 1) if re.match(r"\s*\[\[\s*word\s*\]\]", text)]
    for number, row in enumerate(long, 1):
        entries.append(_long(number, row, f"{place}:{starts[number - 1]}" if number <= len(starts) else place))
    return Lexicon(tuple(entries))


def _place_of(written: str, heads: Mapping[str, int], place: str) -> str:
    """Return ``place:line`` of a key of the short form, as far as it is written plainly."""
    spelt = (written, f"'{written}'", _quoted(written))
    line = next((heads[key] for key in spelt if key in heads), 0)
    return f"{place}:{line}" if line else place


def _short(written: str, value: object, place: str) -> Entry:
    if not isinstance(value, str) or not value.strip() or not written.strip():
        raise SettingsError(f"words.{written}: say what it sounds like", place=place, remedy='Write "words" or "/ipa/"')
    _require_sound(written, value, place)
    ipa = given(value)
    return Entry(written.strip(), ipa=ipa) if ipa else Entry(written.strip(), spoken=value.strip())


def _require_sound(written: str, spoken: str, place: str) -> None:
    if problem := fault(spoken):
        raise SettingsError(f"{written}: {problem}", place=place, remedy='Write it like "/ˈʃɪmɒn/", or as other words')


def _long(number: int, row: object, place: str) -> Entry:
    where = f"word number {number}"
    if not isinstance(row, dict):
        raise SettingsError(f"{where} is not a table", place=place, remedy="Use [[word]]")
    for key, value in row.items():
        kind = _KEYS.get(key)
        if kind is None:
            raise SettingsError(f"{where}: unknown key {key!r}", place=place, remedy=f"Use {', '.join(_KEYS)}")
        if not isinstance(value, kind):
            wanted = "true or false" if kind is bool else "text"
            raise SettingsError(f"{where}: {key} is not {wanted}", place=place)
    written = row.get("written", "").strip()
    if not written:
        raise SettingsError(f"{where} lacks written", place=place, remedy='Add written = "..."')
    spoken, ipa = row.get("spoken", "").strip(), row.get("ipa", "").strip().strip("/")
    if bool(spoken) == bool(ipa):
        remedy = 'Write spoken = "words", or ipa = "phonemes"'
        raise SettingsError(f"{where} ({written}) needs spoken or ipa, not both", place=place, remedy=remedy)
    _require_sound(written, spoken or f"/{ipa}/", place)
    language = row.get("language", "")
    if language and not re.fullmatch(_LANGUAGE, language):
        raise SettingsError(
            f"{where} ({written}): {language!r} is no language", place=place, remedy="Write en or en-GB"
        )
    return Entry(written, spoken, ipa, row.get("part", ""), case=row.get("case", False), language=language)


def from_book(entries: Iterable[LexiconEntry]) -> Lexicon:
    """Take over the pronunciations that a book brings along, without those that have no sound."""
    return Lexicon(
        tuple(
            Entry(grapheme, entry.alias, entry.phonemes, entry.part, case=True, language=entry.language)
            for entry in entries
            for grapheme in entry.graphemes
            if bool(entry.alias) != bool(entry.phonemes) and not fault(entry.alias or f"/{entry.phonemes}/")
        )
    )


def to_toml(lexicon: Lexicon) -> str:
    """Write a lexicon in the long form; reading it again gives the same entries."""
    blocks = []
    for entry in lexicon.entries:
        pairs = [("written", entry.written), ("spoken", entry.spoken), ("ipa", entry.ipa), ("part", entry.part)]
        lines = ["[[word]]", *(f"{key} = {_quoted(value)}" for key, value in pairs if value)]
        if entry.case:
            lines.append("case = true")
        if entry.language:
            lines.append(f"language = {_quoted(entry.language)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return (
        '"' + "".join(f"\\u{ord(char):04X}" if ord(char) < 32 or ord(char) == 127 else char for char in escaped) + '"'
    )
