"""The heat map of a sweep as an SVG file: text that stands alone, to keep, print, or put into a paper.

One rectangle for each cell, `CELL_WIDTH` by `ROW_HEIGHT` pixels, rows from top to bottom; labels on the left and
below. The colours are those of `sweep.heat_map` on white paper.
"""

from collections.abc import Sequence
from html import escape

from cvxdnn.exhibits.sweep.charts import AXIS_LABELS, NOTE_BELOW, NOTE_SIZE, PALE, ROW_HEIGHT, Tile, color_of, tiles
from cvxdnn.tasks.sweep import MEASURES, Cell

__all__ = ["heat_map_svg"]

CELL_WIDTH, LEFT, TOP, BOTTOM, MARGIN = 78, 150, 40, 56, 12
NARROWEST = 520


def heat_map_svg(cells: Sequence[Cell], *, rows: str, columns: str, measure: str) -> str:
    """The text of the file.

    Parameters
    ----------
    cells : from `cvxdnn.tasks.sweep.cells`, with the same three names
    rows, columns : names from `cvxdnn.tasks.sweep.AXES`;  measure : name from `cvxdnn.tasks.sweep.MEASURES`
    """
    drawn = tiles(cells, measure)
    down = list(dict.fromkeys(tile.row for tile in drawn))
    across = list(dict.fromkeys(tile.column for tile in drawn))
    width = max(LEFT + CELL_WIDTH * len(across) + MARGIN, NARROWEST)
    height = TOP + ROW_HEIGHT * len(down) + BOTTOM
    center_x, center_y = LEFT + CELL_WIDTH * len(across) / 2, TOP + ROW_HEIGHT * len(down) / 2
    label = MEASURES[measure].label
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" role="img" '
        'font-family="sans-serif" font-size="12" text-anchor="middle" fill="#222222">',
        f"<title>{escape(label)}</title>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        _text(MARGIN, 24, label, 'text-anchor="start" font-weight="bold"'),
        _text(center_x, height - 12, AXIS_LABELS[columns]),
        _text(0, 0, AXIS_LABELS[rows], f'transform="translate(18 {center_y:g}) rotate(-90)"'),
    ]
    for number, name in enumerate(down):
        parts.append(_text(LEFT - 8, TOP + ROW_HEIGHT * (number + 0.5) + 3, name, 'text-anchor="end"'))
    for number, name in enumerate(across):
        parts.append(_text(LEFT + CELL_WIDTH * (number + 0.5), height - 36, name))
    color = color_of(MEASURES[measure])
    for tile in drawn:
        x, y = LEFT + CELL_WIDTH * across.index(tile.column), TOP + ROW_HEIGHT * down.index(tile.row)
        parts += _tile(tile, x, y, color)
    return "\n".join([*parts, "</svg>", ""])


def _tile(tile: Tile, x: int, y: int, color: str) -> list[str]:
    fill = PALE if tile.shade is None else _blend(PALE, color, tile.shade)
    ink = 'fill="white"' if tile.is_dark else ""
    center_x, base_y = x + (CELL_WIDTH - 3) / 2, y + ROW_HEIGHT / 2 + 3
    note = [_text(center_x, base_y + NOTE_BELOW, tile.note, f'{ink} font-size="{NOTE_SIZE}"')] if tile.note else []
    return [
        f'<rect x="{x}" y="{y}" width="{CELL_WIDTH - 3}" height="{ROW_HEIGHT - 3}" rx="3" fill="{fill}"/>',
        _text(center_x, base_y, tile.text, ink),
        *note,
    ]


def _text(x: float, y: float, text: str, attributes: str = "") -> str:
    return f'<text x="{x:g}" y="{y:g}" {attributes}>{escape(text)}</text>'


def _blend(pale: str, full: str, share: float) -> str:
    """The colour `share` of the way from one "#RRGGBB" to the other."""
    ends = [(int(pale[at : at + 2], 16), int(full[at : at + 2], 16)) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(start + share * (end - start)):02X}" for start, end in ends)
