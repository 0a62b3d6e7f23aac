"""A JSON Schema of ``audiobook.toml``, so that editors complete and check it."""

from __future__ import annotations

import dataclasses
import typing
from typing import Any

from audiobook.settings import CueEffect, Profile, Settings

__all__ = ["json_schema"]

_OPEN = {"cast": {"type": "string", "pattern": "^[^:]+:.+$"}, "cues": CueEffect, "profiles": Profile}
"""Tables whose keys the user chooses, and what each key holds."""

_TYPES = {str: "string", int: "integer", float: "number", bool: "boolean"}


def json_schema() -> dict[str, Any]:
    """Describe every setting: type, default, limits, choices and what it does (JSON Schema, draft 2020-12)."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "audiobook.toml",
        **_section(Settings),
    }


def _section(section: type) -> dict[str, Any]:
    hints = typing.get_type_hints(section)
    properties = {field.name: _property(field, hints[field.name]) for field in dataclasses.fields(section)}
    return {"type": "object", "additionalProperties": False, "properties": properties}


def _property(field: dataclasses.Field[Any], hint: Any) -> dict[str, Any]:
    if field.name in _OPEN:
        entry = _OPEN[field.name]
        return {"type": "object", "additionalProperties": _section(entry) if isinstance(entry, type) else entry}
    if dataclasses.is_dataclass(hint):
        return _section(typing.cast("type", hint))
    described: dict[str, Any] = {"description": field.metadata.get("doc", "")}
    if typing.get_origin(hint) is tuple:
        return described | {
            "type": "array",
            "items": {"type": "string"},
            "default": list(typing.cast("tuple[str, ...]", field.default)),
        }
    kind = next((part for part in typing.get_args(hint) if part is not type(None)), hint)
    described["type"] = _TYPES[kind]
    if field.default is not None:
        described["default"] = field.default
    if field.metadata.get("choices"):
        described["enum"] = list(field.metadata["choices"])
    if field.metadata.get("low") is not None:
        described |= {"minimum": field.metadata["low"], "maximum": field.metadata["high"]}
    return described
