"""The tables of the training benchmarks, put between two markers of a page so that the words around them stay."""

from pathlib import Path
from statistics import median
from typing import Any

Record = dict[str, Any]

PAGE = Path(__file__).resolve().parent.parent / "docs" / "training.md"
ARRIVED = {2: 1e-6}
"""Gap that counts as arrived, by depth; 1e-3 for the others."""


def write_quality(records: list[Record], page: Path) -> None:
    """How near each method comes to the optimum."""
    parts = [_quality_table(records), _by_share(records), _left_over(records)]
    _replace(page, "quality", "\n\n".join(part for part in parts if part))


def write_speed(records: list[Record], page: Path) -> None:
    """Restart-steps per second, and a step's time over its matrix products."""
    head = (
        "| depth | trainer, restart-steps/s | plain loop, restart-steps/s | ratio | step of 16 restarts "
        "| matrix products alone | step / products | products as the trainer shapes them | step / those |"
    )
    rows = [
        f"| {r['depth']} | {_thousands(r['restarts'] / r['ours'])} | {_thousands(1 / r['plain'])} "
        f"| {r['restarts'] * r['plain'] / r['ours']:.0f} | {1e6 * r['ours']:.0f} µs | {1e6 * r['products']:.0f} µs "
        f"| {r['ours'] / r['products']:.2f} | {1e6 * r['own_products']:.0f} µs | {r['ours'] / r['own_products']:.2f} |"
        for r in records
    ]
    _replace(page, "speed", "\n".join([head, "| ---: " * 9 + "|", *rows]))


def _quality_table(records: list[Record]) -> str:
    head = (
        "| depth | method | runs | within 1e-6 | within 1e-3 | median gap | worst gap | restarts within 1e-3 "
        "| median time | 90 % below | longest |"
    )
    rows = [head, "| ---: | --- " + "| ---: " * 9 + "|"]
    for depth in sorted({r["depth"] for r in records}):
        for method in _in_order(records, "method"):
            runs = [r for r in records if r["depth"] == depth and r["method"] == method]
            gaps, seconds = [r["gap"] for r in runs], sorted(r["seconds"] for r in runs)
            near = sum(r["restarts_near"] for r in runs) / len(runs)
            rows.append(
                f"| {depth} | {method} | {len(runs)} | {_share(gaps, 1e-6)} | {_share(gaps, 1e-3)} "
                f"| {_gap(median(gaps))} | {_gap(max(gaps))} | {100 * near:.0f} % "
                f"| {median(seconds):.2f} s | {seconds[int(0.9 * (len(seconds) - 1))]:.2f} s | {seconds[-1]:.1f} s |"
            )
    return "\n".join(rows)


def _by_share(records: list[Record]) -> str:
    shares = _in_order(records, "share")
    head = "| share of runs that arrive | " + " | ".join(f"β/β_max = {share:g}" for share in shares) + " |"
    rows = [head, "| --- " + "| ---: " * len(shares) + "|"]
    for depth in sorted({r["depth"] for r in records}):
        limit = ARRIVED.get(depth, 1e-3)
        for method in _in_order(records, "method"):
            cells = [
                _share([r["gap"] for r in _those(records, depth=depth, method=method, share=share)], limit)
                for share in shares
            ]
            rows.append(f"| depth {depth}, {method}, to {limit:g} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def _left_over(records: list[Record]) -> str:
    """Runs of insertion that do not arrive, one by one."""
    ours = [r for r in records if r["method"].startswith("insertion")]
    missed = [r for r in ours if r["gap"] > ARRIVED.get(r["depth"], 1e-3)]
    if not missed:
        return f"All {len(ours)} runs of insertion arrive: to 1e-6 with two layers, to 1e-3 with more."
    rows = ["| not arrived | n | depth | β/β_max | gap | says |", "| --- | ---: | ---: | ---: | ---: | --- |"]
    rows += [
        f"| {r['data']} | {r['n']} | {r['depth']} | {r['share']:g} | {_gap(r['gap'])} | {r['status'].lower()} |"
        for r in missed
    ]
    return "\n".join(rows)


def _those(records: list[Record], **fields: Any) -> list[Record]:
    return [r for r in records if all(r[name] == value for name, value in fields.items())]


def _in_order(records: list[Record], field: str) -> list[Any]:
    return list(dict.fromkeys(r[field] for r in records))


def _share(gaps: list[float], limit: float) -> str:
    return f"{100 * sum(gap <= limit for gap in gaps) / len(gaps):.0f} %"


def _gap(gap: float) -> str:
    return "< 1e-12" if gap < 1e-12 else f"{gap:.0e}" if gap < 0.1 else f"{gap:.2f}"


def _thousands(number: float) -> str:
    return f"{number:,.0f}"


def _replace(page: Path, name: str, body: str) -> None:
    begin, end = f"<!-- measured: {name} -->", f"<!-- end of {name} -->"
    text = page.read_text(encoding="utf-8") if page.exists() else f"# Training benchmark\n\n{begin}\n{end}\n"
    before, rest = text.split(begin)
    after = rest.split(end)[1]
    page.write_text(f"{before}{begin}\n\n{body}\n\n{end}{after}", encoding="utf-8")
