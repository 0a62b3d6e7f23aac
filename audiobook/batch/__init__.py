"""Many books in one run: found, settled, made a few at a time by one crew, and remembered."""

from audiobook.batch.entries import Asked, Batch, Entry, gather
from audiobook.batch.forecast import Forecast, forecast
from audiobook.batch.journal import read_asked
from audiobook.batch.outcome import Failure, FileNote, Outcome
from audiobook.batch.run import Aborted, Choice, Report, Update, choose, matches, run
from audiobook.batch.summary import summary_json

__all__ = [
    "Aborted",
    "Asked",
    "Batch",
    "Choice",
    "Entry",
    "Failure",
    "FileNote",
    "Forecast",
    "Outcome",
    "Report",
    "Update",
    "choose",
    "forecast",
    "gather",
    "matches",
    "read_asked",
    "run",
    "summary_json",
]
