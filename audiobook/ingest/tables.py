"""Tables: which are data and which only layout, and the header above each cell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from audiobook.container.xml import Element, children_text, local

__all__ = ["Table", "read_table"]

_MAX_COLUMNS = 200
_MAX_CELL = 600
"""Characters; a cell with more is a page set in a table."""


@dataclass(frozen=True, slots=True)
class Table:
    """What the walk has to know of a table."""

    layout: bool
    """The table only places text; its cells are read as blocks."""
    headers: Mapping[Element, str] = field(default_factory=dict, repr=False)
    """Data cells with the header above them."""

    def header(self, cell: Element) -> str:
        """Return the header of a cell's column, or an empty string."""
        return self.headers.get(cell, "")


def read_table(table: Element) -> Table:
    """Look at a table's rows; header cells are given to the cells below when there are three columns or more.

    With two columns a row is understood without them ("Friday; rain").
    """
    rows = [row for row in table.iter("{*}tr") if _owner(row) is table]
    grid = [[cell for cell in row if local(cell) in {"td", "th"}] for row in rows]
    cells = [cell for row in grid for cell in row]
    width = max((len(row) for row in grid), default=0)
    nested = next((inner for inner in table.iter("{*}table") if inner is not table), None) is not None
    has_headers = any(local(cell) == "th" for cell in cells)
    long = any(len(children_text(cell, 2 * _MAX_CELL)) > _MAX_CELL for cell in cells)
    if width < 2 or nested or long or table.get("role") in {"presentation", "none"}:
        return Table(layout=True)
    if not has_headers or width < 3 or not grid[0] or any(local(cell) != "th" for cell in grid[0]):
        return Table(layout=False)
    names = _names(grid[0])
    return Table(layout=False, headers=dict(_below(grid[1:], names)))


def _names(row: list[Element]) -> list[str]:
    """Return a header's text for every column, spans unfolded."""
    names: list[str] = []
    for cell in row:
        names += [children_text(cell, _MAX_CELL)] * _span(cell, "colspan")
        if len(names) > _MAX_COLUMNS:
            break
    return names[:_MAX_COLUMNS]


def _below(rows: list[list[Element]], names: list[str]) -> list[tuple[Element, str]]:
    result: list[tuple[Element, str]] = []
    for row in rows:
        if any(_span(cell, "rowspan") > 1 for cell in row) or all(local(cell) == "th" for cell in row):
            return []  # columns can no longer be told by counting
        column = 0
        for cell in row:
            if local(cell) == "td" and column < len(names) and names[column]:
                result.append((cell, names[column]))
            column += _span(cell, "colspan")
    return result


def _span(cell: Element, name: str) -> int:
    value = cell.get(name) or "1"
    return min(int(value), _MAX_COLUMNS) if value.isascii() and value.isdigit() and value != "0" else 1


def _owner(row: Element) -> Element | None:
    node = row.getparent()
    while node is not None and local(node) != "table":
        node = node.getparent()
    return node
