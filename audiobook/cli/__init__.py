"""The command line: one module per command, loaded only when it runs, so that ``--help`` answers at once."""

from __future__ import annotations

import importlib

import click

from audiobook import __version__
from audiobook.cli.boundary import run_safely

__all__ = ["main"]

COMMANDS = {
    "build": ("build", "Turn a book or a script into a finished audiobook."),
    "script": ("script", "Write the marked-up script of a book, to read and to edit."),
    "inspect": ("inspect", "Show chapters, scenes, speakers and length before anything is spoken."),
    "cast": ("cast", "Show who speaks, change voices, merge two names of one person."),
    "voices": ("voices", "List, hear and install voices."),
    "say": ("say", "Speak one sentence with a voice, to hear it."),
    "pronounce": ("pronounce", "List names and unusual words, and hear them all before recording."),
    "normalize": ("normalize", "Show how written text will be said."),
    "batch": ("batch", "Turn a shelf of books into audiobooks, a few at a time."),
    "check": ("check", "Measure finished files against a delivery standard."),
    "cache": ("cache", "Show, verify and prune the store of takes."),
    "config": ("config", "Show the settings in force, and where each came from."),
    "doctor": ("doctor", "Show what is installed and what is missing."),
}
"""Command -> (module, the line that ``--help`` shows)."""

HELP = """Turn stories and books into finished audiobooks, offline.

\b
  audiobook build story.txt                 one command, one M4B in output/
  audiobook script story.txt                see who speaks, and edit it
  audiobook build story.script              speak the edited script
  audiobook build novel.epub --formats m4b,mp3,srt --profile acx
  audiobook voices                          what can speak here
"""


class _LazyGroup(click.Group):
    """Knows its commands by name and imports one when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"audiobook.cli.{COMMANDS[cmd_name][0]}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_module, text) in COMMANDS.items()])


@click.group(cls=_LazyGroup, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="audiobook")
def _group() -> None:
    pass


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code; the only way in."""
    return run_safely(_group, arguments)
