"""``audiobook cache``."""

from __future__ import annotations

import click

from audiobook.cli.options import Amount
from audiobook.cli.progress import duration

__all__ = ["command"]


@click.group("cache", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show what was recorded and what was made from it, and where it lies.

    \b
    audiobook cache                      what it holds
    audiobook cache verify               check every file; broken ones are dropped and made anew
    audiobook cache prune --max-gb 5     drop what was used longest ago
    """
    from audiobook.cache import TakeCache

    if ctx.invoked_subcommand is None:
        stats = TakeCache().stats()
        click.echo(
            f"{stats.folder}: {stats.takes} takes, {duration(stats.seconds)} of speech, {stats.size / 1e6:.1f} MB; "
            f"{stats.chapters} finished chapters, {stats.chapters_size / 1e6:.1f} MB"
        )


@command.command("verify")
def verify() -> None:
    """Check the hash of every take and every finished chapter; drop the broken ones."""
    from audiobook.cache import TakeCache

    cache = TakeCache()
    stats = cache.stats()
    broken = cache.verify()
    click.echo(f"{stats.takes} takes and {stats.chapters} finished chapters checked, {len(broken)} broken and dropped")


@command.command("prune")
@click.option(
    "--max-gb",
    type=Amount(min=0, max=1e6),
    required=True,
    metavar="N",
    help="Size to come down to.",
)
def prune(max_gb: float) -> None:
    """Drop what was used longest ago; while a build runs nothing goes."""
    from audiobook.cache import TakeCache

    freed = TakeCache().prune(int(max_gb * 10**9))
    click.echo(f"{freed / 1e6:.1f} MB freed")
