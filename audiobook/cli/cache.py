"""``audiobook cache``."""

from __future__ import annotations

import click

from audiobook.cli.progress import duration

__all__ = ["command"]


@click.group("cache", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Show the store of takes: how much was recorded and where it lies.

    \b
    audiobook cache                      what it holds
    audiobook cache verify               check every take; broken ones are dropped and recorded anew
    audiobook cache prune --max-gb 5     drop the takes that were used longest ago
    """
    from audiobook.cache import TakeCache

    if ctx.invoked_subcommand is None:
        stats = TakeCache().stats()
        click.echo(
            f"{stats.folder}: {stats.takes} takes, {duration(stats.seconds)} of speech, {stats.size / 1e6:.1f} MB"
        )


@command.command("verify")
def verify() -> None:
    """Check length and hash of every take; drop the broken ones."""
    from audiobook.cache import TakeCache

    cache = TakeCache()
    total = cache.stats().takes
    broken = cache.verify()
    click.echo(f"{total} takes checked, {len(broken)} broken and dropped")


@command.command("prune")
@click.option(
    "--max-gb",
    type=click.FloatRange(min=0, max=1e6, clamp=False),
    required=True,
    metavar="N",
    help="Size to come down to.",
)
def prune(max_gb: int) -> None:
    """Drop the takes that were used longest ago; takes of a running build stay."""
    from audiobook.cache import TakeCache

    freed = TakeCache().prune(max_gb * 10**9)
    click.echo(f"{freed / 1e6:.1f} MB freed")
