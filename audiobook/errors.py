"""Every failure that the program can name.

::

    AudiobookError            anything below; a caller may catch just this
    |-- CheckError           1  a finished file is not what it should be
    |-- UsageError            2  the request itself makes no sense
    |-- SourceError           3  the book cannot be read
    |   |-- HostileSourceError     3  the book is built to do harm (bombs, path tricks)
    |   `-- LedgerError       3  text went missing between source and script
    |-- ScriptError           4  a line of a .script file is wrong
    |-- SettingsError         4  a key or a value of the settings is wrong
    |-- EngineError           5  an engine is missing or failed to start
    |   `-- VoiceError        5  a voice is not there
    |-- ToolError             6  ffmpeg failed or is missing
    |   `-- OutputError       6  a file or folder could not be written
    `-- RecordingError        7  some lines could not be recorded; all are named

Each error holds the thing that is wrong, the place where it is and the remedy;
``str(error)`` is the one line that a person reads.
"""

from __future__ import annotations

__all__ = [
    "AudiobookError",
    "CheckError",
    "EngineError",
    "HostileSourceError",
    "LedgerError",
    "OutputError",
    "RecordingError",
    "ScriptError",
    "SettingsError",
    "SourceError",
    "ToolError",
    "UsageError",
    "VoiceError",
]


class AudiobookError(Exception):
    """A failure with a sentence for the user: ``place: what is wrong. Remedy.``."""

    exit_code = 1

    def __init__(self, message: str, *, place: str = "", remedy: str = "") -> None:
        super().__init__(message, place, remedy)
        self.message = message
        """What is wrong, without a full stop."""
        self.place = place
        """Where: a path, ``path:line``, a settings key; empty when there is none."""
        self.remedy = remedy
        """What to do about it, best as a command to type."""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        if self.remedy:
            text = f"{text.rstrip('.')}. {self.remedy.rstrip('.')}{'' if self.remedy.endswith(('?', '!')) else '.'}"
        return " ".join(text.split())

    def __reduce__(self) -> tuple[object, ...]:
        # The default would lose keyword-only arguments, and workers send errors between processes.
        return (_rebuild, (type(self), self.message, self.place, self.remedy))


def _rebuild(kind: type[AudiobookError], message: str, place: str, remedy: str) -> AudiobookError:
    return kind(message, place=place, remedy=remedy)


class CheckError(AudiobookError):
    """A finished file does not meet its standard."""

    exit_code = 1


class UsageError(AudiobookError):
    """The request contradicts itself or names something that does not exist."""

    exit_code = 2


class SourceError(AudiobookError):
    """The book is missing, unreadable, empty, broken or of an unknown format."""

    exit_code = 3


class HostileSourceError(SourceError):
    """The book would exhaust the machine or reach outside itself."""


class LedgerError(SourceError):
    """Letters of the source are neither in a line nor in a named exclusion."""


class ScriptError(AudiobookError):
    """A script file breaks its grammar or names an unknown cue."""

    exit_code = 4


class SettingsError(AudiobookError):
    """A settings file or ``--set`` has an unknown key or an impossible value."""

    exit_code = 4


class EngineError(AudiobookError):
    """A speech engine is not installed, did not start or failed on every try."""

    exit_code = 5


class VoiceError(EngineError):
    """No engine here has the voice that was asked for."""


class ToolError(AudiobookError):
    """An outside tool, today only ffmpeg, is missing or failed."""

    exit_code = 6


class OutputError(ToolError):
    """A result could not be written: permission, full disk, read-only folder."""


class RecordingError(AudiobookError):
    """Some lines could not be recorded although every retry was made."""

    exit_code = 7
