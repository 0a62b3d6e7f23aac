"""Errors say the thing, the place and the remedy on one line, and travel between processes."""

from __future__ import annotations

import pickle

import pytest

from audiobook import errors
from audiobook.errors import AudiobookError, VoiceError

KINDS = [getattr(errors, name) for name in errors.__all__]


def test_an_error_reads_as_place_thing_remedy() -> None:
    error = AudiobookError("no such\nfile", place="a.txt", remedy="Check the name")
    assert str(error) == "a.txt: no such file. Check the name."
    assert str(AudiobookError("what", remedy="Did you mean b?")) == "what. Did you mean b?"
    assert str(AudiobookError("just this")) == "just this"


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_survives_the_way_between_processes(kind: type[AudiobookError]) -> None:
    error = pickle.loads(pickle.dumps(kind("a", place="b", remedy="c")))
    assert type(error) is kind
    assert (error.message, error.place, error.remedy) == ("a", "b", "c")


def test_exit_codes_are_those_that_the_readme_promises() -> None:
    codes = {kind.__name__: kind.exit_code for kind in KINDS}
    assert codes == {
        "AudiobookError": 1,
        "CheckError": 1,
        "EngineError": 5,
        "HostileSourceError": 3,
        "LedgerError": 3,
        "OutputError": 6,
        "RecordingError": 7,
        "ScriptError": 4,
        "SettingsError": 4,
        "SourceError": 3,
        "ToolError": 6,
        "UsageError": 2,
        "VoiceError": 5,
    }
    assert issubclass(VoiceError, AudiobookError)
