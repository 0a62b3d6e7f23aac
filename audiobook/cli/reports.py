"""Results in words and tables."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from audiobook.cli.progress import duration

if TYPE_CHECKING:
    from audiobook.pipeline import Built, Estimate, Explanation
    from audiobook.script import Script

__all__ = ["print_built", "print_drafted", "print_explanations", "print_inspection", "print_plan", "table"]

_SAMPLE = 40


def table(rows: Sequence[Sequence[object]], header: Sequence[str]) -> str:
    """Align rows under a header; numbers to the right."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(line[column]) for line in [list(header), *texts]) for column in range(len(header))]
    numeric = [
        all(isinstance(row[column], (int, float)) for row in rows) and bool(rows) for column in range(len(header))
    ]
    lines = []
    for line in [list(header), *texts]:
        cells = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def print_built(built: Built, *, as_json: bool, quiet: bool, verbose: bool) -> None:
    """Say what was written, how long it is and how long it took."""
    if as_json:
        click.echo(json.dumps({"event": "done", **built.as_json()}, ensure_ascii=False))
        return
    for package in filter(lambda made: made.paths, built.packages):
        click.echo(
            package.paths[0] if len(package.paths) == 1 else f"{package.paths[0].parent} ({len(package.paths)} files)"
        )
    if quiet:
        return
    there = built.takes - built.recorded
    spoken = (
        f"{built.recorded} line{'s' if built.recorded > 1 else ''} recorded"
        if built.recorded
        else f"all {built.takes} lines were there"
        if built.takes > 1
        else "the one line was there"
    )
    if built.recorded and there:
        spoken += f", {there} kept"
    summary = f"{duration(built.audio_s)} of audio in {duration(built.wall_s)}; {spoken}"
    click.echo(f"{summary}. Edit {built.script} and build again to change it.", err=True)
    if verbose:
        rows = [(level.number, level.title[:_SAMPLE], *map("{:.1f}".format, level.figures)) for level in built.levels]
        click.echo(table(rows, ("chapter", "title", "RMS dB", "peak dB", "floor dB", "LUFS")), err=True)


def print_drafted(script: Script, *, verbose: bool) -> None:
    """With ``verbose`` say how much there is to check."""
    lines = [line for chapter in script.chapters for line in chapter.lines()]
    doubtful = sum(any(comment.startswith("check:") for comment in line.comments) for line in lines)
    if verbose:
        click.echo(f"{len(lines)} lines, {len(script.cast)} voices; {doubtful} lines marked with ; check:", err=True)


def print_plan(estimate: Estimate, *, as_json: bool) -> None:
    """Say what a build would do."""
    if as_json:
        click.echo(json.dumps(estimate.as_json(), ensure_ascii=False))
        return
    rows = [
        (row.number, row.title[:_SAMPLE], row.takes, row.missing, duration(row.seconds)) for row in estimate.chapters
    ]
    click.echo(table(rows, ("chapter", "title", "lines", "to record", "length")))
    click.echo(
        f"{estimate.missing} of {estimate.takes} lines would be recorded: {duration(estimate.seconds)} of audio, "
        f"{duration(estimate.missing_s)} of it new."
    )


def print_explanations(found: Sequence[Explanation], *, as_json: bool) -> None:
    """Say of each utterance whether its take is there, else why not."""
    for each in found:
        if as_json:
            click.echo(json.dumps(asdict(each), ensure_ascii=False))
            continue
        click.echo(f"line {each.number}, {each.speaker}: {each.written}")
        click.echo(f"  said by {each.voice}: {each.spoken}")
        for reason in each.reasons:
            click.echo(f"  would be recorded: {reason}")
        if each.cached:
            click.echo(f"  its take is in the cache: {each.key[:12]}")


def print_inspection(found: dict[str, Any]) -> None:
    """Show what `audiobook inspect` found."""
    click.echo(f"{found['title']}{' by ' + found['author'] if found['author'] else ''} ({found['language']})\n")
    rows = [
        (row["number"], row["title"][:60], row["paragraphs"], row["words"], row["scenes"]) for row in found["chapters"]
    ]
    click.echo(table(rows, ("chapter", "title", "paragraphs", "words", "scenes")))
    if found["speakers"]:
        speakers = [(row["name"] or "(unknown)", row["lines"], row["words"]) for row in found["speakers"]]
        click.echo("\n" + table(speakers, ("speaker", "lines", "words")))
    if found["excluded"]:
        excluded = [(row["reason"], row["characters"]) for row in found["excluded"]]
        click.echo("\n" + table(excluded, ("not read aloud", "characters")))
    click.echo(f"\n{found['words']} words, about {duration(found['estimated_seconds'])} of audio")
