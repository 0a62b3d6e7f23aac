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
_STYLE = """
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
h2 { overflow-wrap: anywhere; }
.pass { color: #1a7f37; } .fail, .problem { color: #cf222e; } .warning { color: #9a6700; }
table { border-collapse: collapse; } td, th { padding: .1rem .8rem .1rem 0; text-align: right; }
svg { width: 100%; height: 8rem; background: #8881; } path { fill: none; stroke: #0969da; }
.mark { stroke: #8888; } .limit { stroke: #cf222e; stroke-dasharray: 6; }
"""


def report_page(reports: Iterable[FileReport], profile: Profile, name: str) -> str:
    """Return a page of HTML that needs nothing else.

    Args:
        reports: What `check` found.
        profile: The standard they were judged by; its limits are drawn.
        name: Of the standard.
    """
    body = "\n".join(part for report in reports for part in _file(report, profile))
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>Check against {escape(name)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n"
        f"<h1>Check against the standard {escape(name)}</h1>\n{body}\n</body>\n</html>\n"
    )


def _file(report: FileReport, profile: Profile) -> Iterator[str]:
    verdict = "pass" if report.passed else "fail"
    yield f'<h2>{escape(report.path.name)} <span class="{verdict}">{verdict}</span></h2>'
    for problem in report.problems:
        yield f'<p class="problem">{escape(problem.message)}</p>'
    for warning in report.warnings:
        yield f'<p class="warning">{escape(warning.message)}</p>'
    if report.levels:
        levels = report.levels
        figures = {
            "RMS dB": levels.rms_db, "peak dB": levels.peak_db, "true peak dBTP": levels.true_peak_db,
            "floor dB": levels.noise_floor_db, "LUFS": levels.lufs, "head s": levels.head_s, "tail s": levels.tail_s,
            "length s": report.duration_s,
        }  # fmt: skip
        heads = "".join(f"<th>{head}</th>" for head in figures)
        cells = "".join(f"<td>{figure:.2f}</td>" for figure in figures.values())
        yield f"<table><tr>{heads}</tr><tr>{cells}</tr></table>"
    if report.heard:
        yield from _heard(report.heard)
    if report.curve:
        yield _drawing(report, profile)


def _heard(heard: Heard) -> Iterator[str]:
    rows = "".join(
        f"<tr><td>{escape(chapter.title)}</td><td>{chapter.words}</td><td>{chapter.rate:.1%}</td></tr>"
        for chapter in heard.chapters
    )
    yield f"<table><tr><th>heard</th><th>words</th><th>word errors</th></tr>{rows}</table>"


def _drawing(report: FileReport, profile: Profile) -> str:
    """Draw RMS over time, with chapters as upright lines and limits of RMS as dashed ones."""
    step = _WIDTH / len(report.curve)
    points = " ".join(f"{index * step:.1f},{_y(level):.1f}" for index, level in enumerate(report.curve))
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
        f'aria-label="Loudness over time"><path d="M{points}"/>{"".join(lines)}</svg>'
    )


def _y(level: float) -> float:
    return _HEIGHT * max(0.0, min(1.0, level / _LOWEST_DB))
