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


def run_safely(command: click.Command, arguments: list[str] | None) -> int:  # noqa: PLR0911 - one return an outcome
    """Run ``command``; print any failure as one line on standard error and return the exit code."""
    _let_any_letter_be_printed()
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
    except OSError as error:
        return _output_failed(error)
    except Exception as error:  # noqa: BLE001 - the last resort; everything foreseen is caught above
        return _broken(error)
    return result if isinstance(result, int) else 0


def _let_any_letter_be_printed() -> None:
    for stream in (sys.stdout, sys.stderr):
        # A Windows console may not know the book's letters; a question mark beats a crash.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _output_failed(error: OSError) -> int:
    """What stages foresee has become an error of ours; this is standard output that cannot be written."""
    if isinstance(error, BrokenPipeError):
        # The reader (head, less) went away: not an error, but Python must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return _tell(f"{error.filename or 'standard output'}: {error.strerror or error}", OutputError.exit_code)


def _broken(error: Exception) -> int:
    if os.environ.get("AUDIOBOOK_DEBUG"):
        traceback.print_exc()
    message = f"internal error: {type(error).__name__}: {error}"
    return _tell(f"{message}. Set AUDIOBOOK_DEBUG=1 for the details and report it", BROKEN)


def _tell(message: str, code: int) -> int:
    click.secho(f"audiobook: {message}", fg="red", err=True)
    return code
