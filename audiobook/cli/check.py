"""``audiobook check``: measure finished files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from audiobook.atomic import write_text
from audiobook.cli.options import Choices, json_output, settings_options
from audiobook.cli.reports import table
from audiobook.errors import CheckError

if TYPE_CHECKING:
    from audiobook.verify import FileReport

__all__ = ["command"]


@click.command("check")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@settings_options("profile")
@json_output
@click.option("--listen", is_flag=True, help="Have a recognizer hear the files and compare the words (English).")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="SCRIPT",
    help="What should be heard; without it the script that lies with the files.",
)
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Also write a page with curves.")
def command(
    paths: tuple[Path, ...], config: Path | None, as_json: bool, listen: bool, against: Path | None, html: Path | None,
    **options: Any,
) -> None:  # fmt: skip
    """Measure finished files, or folders of them, against a delivery standard.

    Works on MP3, M4B, M4A, FLAC, WAV, Opus, SRT and WebVTT, whoever made them. Exits with 1 when a file fails.

    \b
    audiobook check output/my-story
    audiobook check chapter-1.mp3 --profile acx --json
    audiobook check --listen output/my-story       word errors; sentences missing or said twice
    """
    from audiobook.verify import check, report_page

    script = _script(paths, against) if listen or against else None
    settings = Choices.gather(str(script) if script else None, config, options).settings()
    reports = check(paths, settings.delivery_standard())
    if script:
        from audiobook.pipeline.proof import proof_listened

        reports = proof_listened(reports, script, settings)
    if html:
        write_text(html, report_page(reports, settings.delivery_standard(), settings.profile))
    if not as_json:
        click.echo(f"{'length':>9} {'RMS':>7} {'peak':>7} {'floor':>7} {'LUFS':>7}")
    for report in reports:
        click.echo(json.dumps(report.as_json(), ensure_ascii=False) if as_json else _row(report))
    failed = sum(not report.passed for report in reports)
    if failed:
        raise CheckError(f"{failed} of {len(reports)} files fail the standard {settings.profile!r}")
    if not as_json:
        all_of_them = "The file meets" if len(reports) == 1 else f"All {len(reports)} files meet"
        click.secho(f"{all_of_them} the standard {settings.profile!r}.", fg="green")


def _script(paths: tuple[Path, ...], against: Path | None) -> Path:
    from audiobook.hearing import require
    from audiobook.pipeline.proof import script_beside

    require()
    return against or script_beside(paths)


def _row(report: FileReport) -> str:
    minutes, seconds = divmod(round(report.duration_s), 60)
    length = f"{minutes // 60}:{minutes % 60:02d}:{seconds:02d}"
    levels = report.levels
    figures = (levels.rms_db, levels.peak_db, levels.noise_floor_db, levels.lufs) if levels else ()
    row = " ".join(f"{figure:>7.2f}" for figure in figures) or " " * 31
    verdict = click.style("pass", fg="green") if report.passed else click.style("FAIL", fg="red")
    notes = [f"\n{'':10}{line}" for line in _heard(report)]
    notes += [f"\n{'':10}{click.style(problem.message, fg='red')}" for problem in report.problems]
    notes += [f"\n{'':10}{click.style(warning.message, fg='yellow')}" for warning in report.warnings]
    return f"{length:>9} {row}  {verdict} {report.path}{''.join(notes)}"


def _heard(report: FileReport) -> list[str]:
    """Return a table of the chapters' word errors."""
    if report.heard is None or not report.heard.chapters:
        return []
    rows = [(chapter.title[:60], chapter.words, f"{chapter.rate:.1%}") for chapter in report.heard.chapters]
    return table(rows, ("heard", "words", "word errors")).splitlines()
