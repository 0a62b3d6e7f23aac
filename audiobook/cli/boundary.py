"""The one place where errors become words and exit codes."""

from __future__ import annotations

import os
import sys
import traceback

import click

from audiobook.errors import AudiobookError, OutputError

__all__ = ["run_safely"]

INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells count it."""
BROKEN = 70
"""Exit code of a fault of this program itself (EX_SOFTWARE of sysexits)."""


def run_safely(command: click.Command, arguments: list[str] | None) -> int:  # noqa: C901, PLR0911 - one return an outcome
    """Run ``command``; print any failure as one line on standard error and return the exit code."""
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may not know the book's letters; a question mark beats a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        result = command.main(arguments, prog_name="audiobook", standalone_mode=False)
    except AudiobookError as error:
        return _tell(str(error), error.exit_code)
    except click.exceptions.Exit as request:
        return request.exit_code
    except click.ClickException as error:
        context = getattr(error, "ctx", None)
        hint = f" See {context.command_path} --help." if context else ""
        return _tell(f"{error.format_message()}{hint}", 2)
    except (click.Abort, KeyboardInterrupt):
        return _tell("stopped; run the same command again to go on, finished takes are kept", INTERRUPTED)
    except BrokenPipeError:
        # The reader (head, less) went away: not an error, but Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        # What stages foresee has become an error of ours; this is output that cannot be written.
        return _tell(f"{error.filename or 'standard output'}: {error.strerror or error}", OutputError.exit_code)
    except Exception as error:  # noqa: BLE001 - the last resort; everything foreseen is caught above
        if os.environ.get("AUDIOBOOK_DEBUG"):
            traceback.print_exc()
        return _tell(
            f"internal error: {type(error).__name__}: {error}. Set AUDIOBOOK_DEBUG=1 for the details and report it",
            BROKEN,
        )
    return result if isinstance(result, int) else 0


def _tell(message: str, code: int) -> int:
    click.secho(f"audiobook: {message}", fg="red", err=True)
    return code
