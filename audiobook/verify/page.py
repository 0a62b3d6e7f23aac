"""The reports as one page: figures, faults, and how loud each file is from beginning to end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape

from audiobook.settings import Profile
from audiobook.verify.listening import Heard
from audiobook.verify.report import FileReport

__all__ = ["report_page"]

_WIDTH, _HEIGHT = 1000, 120
_LOWEST_DB = -90.0
_FIGURES = ("RMS dB", "peak dB", "true peak dBTP", "floor dB", "LUFS", "head s", "tail s", "length s")
_LEGEND = (
    f'<p class="legend">In the drawings: grey the wave; the line RMS, {_LOWEST_DB:g} dB at the bottom and 0 dB at the '
    "top; upright lines where chapters begin; dashed lines the limits of RMS and of the noise floor.</p>"
)
_STYLE = """
:root { color-scheme: light dark; --good: #1a7f37; --bad: #cf222e; --odd: #7d4e00; --line: #0969da; }
@media (prefers-color-scheme: dark) { :root { --good: #4ac26b; --bad: #ff8182; --odd: #d4a72c; --line: #54aeff; } }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h2, a { overflow-wrap: anywhere; }
.pass { color: var(--good); } .fail, .problem { color: var(--bad); } .warning { color: var(--odd); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; } td, th { padding: .1rem .8rem .1rem 0; text-align: right; white-space: nowrap; }
#files td:first-child, #files th:first-child { text-align: left; white-space: normal; min-width: 12rem; }
svg { width: 100%; height: 8rem; background: #8881; } .rms { fill: none; stroke: var(--line); }
.wave { fill: #8885; } .mark { stroke: #8888; } .limit { stroke: var(--bad); stroke-dasharray: 6; }
.legend { font-size: .875rem; }
"""


def report_page(reports: Iterable[FileReport], profile: Profile, name: str) -> str:
    """Return a page of HTML that needs nothing else.

    Args:
        reports: What `check` found.
        profile: The standard they were judged by; its limits are drawn.
        name: Of the standard.
    """
    reports = tuple(reports)
    body = "\n".join(part for number, report in enumerate(reports) for part in _file(number, report, profile))
    failed = sum(not report.passed for report in reports)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Check against {escape(name)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        f"<h1>Check against the standard {escape(name)}</h1>\n"
        f"<p>{failed} of {len(reports)} {'file fails' if len(reports) == 1 else 'files fail'}.</p>\n"
        f"{_table('files', 'All files', ('file', *_FIGURES), map(_row, range(len(reports)), reports))}\n{_LEGEND}\n"
        f"{body}\n</main>\n</body>\n</html>\n"
    )


def _table(name: str, label: str, heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Write a table that scrolls by itself where the screen is narrow; cells are HTML."""
    head = "".join(f'<th scope="col">{each}</th>' for each in heads)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="wide" role="region" aria-label="{escape(label)}" tabindex="0">'
        f'<table id="{name}"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>'
    )


def _verdict(report: FileReport) -> str:
    verdict = "pass" if report.passed else "fail"
    return f'<span class="{verdict}">{verdict}</span>'


def _row(number: int, report: FileReport) -> Iterator[str]:
    yield f'<a href="#f{number}">{escape(report.path.name)}</a> {_verdict(report)}'
    levels = report.levels
    if levels:
        figures = (levels.rms_db, levels.peak_db, levels.true_peak_db, levels.noise_floor_db, levels.lufs)
        yield from (f"{figure:.2f}" for figure in (*figures, levels.head_s, levels.tail_s))
    else:
        yield from ("",) * (len(_FIGURES) - 1)
    yield f"{report.duration_s:.2f}"


def _file(number: int, report: FileReport, profile: Profile) -> Iterator[str]:
    yield f'<section aria-labelledby="f{number}">'
    yield f'<h2 id="f{number}">{escape(report.path.name)} {_verdict(report)}</h2>'
    for problem in report.problems:
        yield f'<p class="problem">{escape(problem.message)}</p>'
    for warning in report.warnings:
        yield f'<p class="warning">{escape(warning.message)}</p>'
    if report.heard:
        yield _heard(number, report.heard)
    if report.curve:
        yield _drawing(report, profile)
    yield "</section>"


def _heard(number: int, heard: Heard) -> str:
    rows = ((escape(chapter.title), str(chapter.words), f"{chapter.rate:.1%}") for chapter in heard.chapters)
    return _table(f"heard{number}", "What was heard", ("heard", "words", "word errors"), rows)


def _drawing(report: FileReport, profile: Profile) -> str:
    """Draw wave and RMS over time, with chapters as upright lines and limits of RMS and floor as dashed ones."""
    step = _WIDTH / len(report.curve)
    points = " ".join(f"{index * step:.1f},{_y(level):.1f}" for index, level in enumerate(report.curve))
    middle = _HEIGHT / 2
    upper = [f"{index * step:.1f},{middle - middle * min(1.0, peak):.1f}" for index, peak in enumerate(report.peaks)]
    lower = [f"{index * step:.1f},{middle + middle * min(1.0, peak):.1f}" for index, peak in enumerate(report.peaks)]
    lines = []
    for chapter in report.media.chapters if report.media else ():
        x = _WIDTH * chapter.start_s / max(report.duration_s, 1e-9)
        title = f"<title>{escape(chapter.title)}</title>"
        lines.append(f'<line class="mark" x1="{x:.1f}" x2="{x:.1f}" y1="0" y2="{_HEIGHT}">{title}</line>')
    limits = [
        profile.floor_limit_db,
        *((profile.rms_low_db, profile.rms_high_db) if profile.rms_db is not None else ()),
    ]
    lines += [
        f'<line class="limit" x1="0" x2="{_WIDTH}" y1="{_y(limit):.1f}" y2="{_y(limit):.1f}"/>' for limit in limits
    ]
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="Wave and loudness over time"><polygon class="wave" points="{" ".join(upper + lower[::-1])}"/>'
        f'<path class="rms" d="M{points}"/>{"".join(lines)}</svg>'
    )


def _y(level: float) -> float:
    return _HEIGHT * max(0.0, min(1.0, level / _LOWEST_DB))
