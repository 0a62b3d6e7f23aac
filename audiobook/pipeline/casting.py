"""Changing the cast of a script file in place, every other character as it was."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from audiobook.adapt.castlist import merge, merged_names, set_voice
from audiobook.atomic import write_text
from audiobook.errors import VoiceError
from audiobook.pipeline.voices import require_voices
from audiobook.script import Script, Voice
from audiobook.scriptfile import read_script, recast

__all__ = ["recast_file"]


def recast_file(path: Path, voices: Mapping[str, str], merges: Mapping[str, str]) -> Script:
    """Give speakers other voices and merge names in a script file; without changes it is only read.

    Raises:
        ScriptError: the script is wrong.
        UsageError: a speaker is not there.
        VoiceError: an engine does not have a voice, or it is not ENGINE:NAME.
    """
    script = read_script(path)
    if not voices and not merges:
        return script
    renamed = merged_names(script, merges)
    changed = merge(script, merges)
    for name, address in voices.items():
        try:
            voice = Voice.parse(address)
        except ValueError as error:
            raise VoiceError(str(error), place="--set", remedy="See audiobook voices") from error
        require_voices(((name, voice),), script.metadata.language)
        changed = set_voice(changed, name, voice)
    write_text(path, recast(path.read_bytes().decode("utf-8-sig"), changed, renamed))
    return changed
