"""Whether a build listens to what it records, and what it says of that."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from audiobook import hearing
from audiobook.attend import AttentiveRecorder
from audiobook.cache import TakeCache
from audiobook.progress import Event, Progress
from audiobook.record import Recorder
from audiobook.settings import Settings

__all__ = ["attentive", "require_ears"]


def require_ears(language: str, settings: Settings, progress: Progress) -> bool:
    """Tell whether takes are to be heard; warn when they cannot be.

    Raises:
        EngineError: the recognizer is asked for and not installed.
    """
    if not settings.record.listen:
        return False
    if not hearing.can_hear(language):
        progress(Event("warning", f"the recognizer knows English only, so this book ({language}) is not listened to"))
        return False
    hearing.require()
    return True


@contextlib.contextmanager
def attentive(
    hired: contextlib.AbstractContextManager[Recorder], progress: Progress, *, listen: bool
) -> Iterator[Recorder | AttentiveRecorder]:
    """Give the recorder, with ears when asked; say in the end what they heard."""
    if not listen:
        with hired as recorder:
            yield recorder
        return
    with hired as recorder, AttentiveRecorder(recorder, TakeCache()) as ears:
        yield ears
        counts = ears.counts
        again = f", {counts.again} recorded again, {counts.better} of them heard better" if counts.again else ""
        progress(Event("stage", f"{counts.lines} lines listened to{again}"))
