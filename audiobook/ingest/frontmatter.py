"""Metadata that writers put above a Markdown text: TOML between ``+++``, YAML between ``---``, Pandoc's ``%`` lines."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping

from audiobook.book import Metadata

__all__ = ["split_front_matter"]

_FENCED = re.compile(
    r"\A\s*(?P<fence>---|\+\+\+)[ \t]*\n(?P<body>.*?)^(?P=fence)[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE
)
_PANDOC = re.compile(r"\A%[ \t]*(?P<title>[^\n]*)\n(?:%[ \t]*(?P<author>[^\n]*)\n)?(?:%[ \t]*(?P<date>[^\n]*)\n)?")
_YAML_LINE = re.compile(r"(?P<key>[A-Za-z][\w-]*)[ \t]*:[ \t]*(?P<value>.*)")
_NAMES = {
    "title": ("title",),
    "subtitle": ("subtitle",),
    "author": ("author", "authors", "creator", "by"),
    "language": ("language", "lang"),
    "narrator": ("narrator",),
    "year": ("year", "date", "published"),
    "description": ("description", "summary", "abstract"),
    "series": ("series",),
    "series_part": ("series_part", "series-part", "series_index", "volume"),
    "publisher": ("publisher",),
    "identifier": ("identifier", "isbn"),
    "rights": ("rights", "copyright", "license", "licence"),
    "genre": ("genre", "category"),
}


def split_front_matter(text: str) -> tuple[int, Metadata]:
    """Return where the text proper begins and what stands above it; ``0`` when nothing does."""
    fenced = _FENCED.match(text)
    if fenced:
        values = _toml(fenced["body"]) if fenced["fence"] == "+++" else _yaml(fenced["body"])
        # Two rules with prose between are scene breaks, not metadata.
        return (fenced.end(), _metadata(values)) if values else (0, Metadata(language=""))
    pandoc = _PANDOC.match(text)
    if pandoc:
        return pandoc.end(), _metadata({key: value.strip() for key, value in pandoc.groupdict("").items()})
    return 0, Metadata(language="")


def _toml(body: str) -> dict[str, str]:
    try:
        values = tomllib.loads(body)
    except tomllib.TOMLDecodeError:
        return {}
    return {key.lower(): _flat(value) for key, value in values.items()}


def _yaml(body: str) -> dict[str, str]:
    """Read the plain part of YAML that such headers use: scalars, lists in either form, folded text."""
    values: dict[str, list[str]] = {}
    key = ""
    for line in body.split("\n"):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _YAML_LINE.fullmatch(line.rstrip())
        if match:
            key = match["key"].lower()
            value = match["value"].strip()
            values[key] = [] if value in {"", "|", ">", "|-", ">-"} else _yaml_list(value)
        elif key and line[:1] in " \t-":
            values[key].append(_unquoted(line.strip().removeprefix("- ").strip()))
        else:
            return {}
    return {
        name: "; ".join(parts) if name in {"author", "authors", "creator"} else " ".join(parts)
        for name, parts in values.items()
    }


def _yaml_list(value: str) -> list[str]:
    if value.startswith("[") and value.endswith("]"):
        return [_unquoted(part.strip()) for part in value[1:-1].split(",") if part.strip()]
    return [_unquoted(value)]


def _unquoted(value: str) -> str:
    if len(value) < 2 or value[0] != value[-1] or value[0] not in "\"'":
        return value
    inner = value[1:-1]
    return inner.replace("''", "'") if value[0] == "'" else re.sub(r'\\(["\\/])', r"\1", inner)


def _flat(value: object) -> str:
    if isinstance(value, list):
        return "; ".join(_flat(part) for part in value)
    return "" if isinstance(value, dict) else str(value)


def _metadata(values: Mapping[str, str]) -> Metadata:
    found = {
        field: next((" ".join(values[name].split()) for name in names if values.get(name)), "")
        for field, names in _NAMES.items()
    }
    year = re.search(r"\b\d{4}\b", found["year"])
    return Metadata(
        **{
            **found,
            "year": year[0] if year else "",
        }
    )
