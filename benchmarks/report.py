"""The table and the figure of a run.

The table goes into a Markdown file between two markers, so that the words around it stay when it is measured anew.
"""

import math
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from benchmarks.peers import PEERS

Record = dict[str, Any]

BEGIN, END = "<!-- measured: written by benchmarks/solvers.py -->", "<!-- end of measured -->"


def write(records: list[Record], markdown: Path, figure: Path | None) -> None:
    """Put the tables into `markdown` and draw `figure`."""
    text = markdown.read_text(encoding="utf-8") if markdown.exists() else f"# Solver benchmark\n\n{BEGIN}\n{END}\n"
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    tables = (_comparison, _speedups, _growth, _hard, _drag, _path)
    parts = [_versions(records), *(table(records) for table in tables)]
    body = "\n\n".join(part for part in parts if part)
    markdown.write_text(f"{before}{BEGIN}\n\n{body}\n\n{END}{after}", encoding="utf-8")
    if figure is not None:
        draw(records, figure)


def growth_slope(records: list[Record]) -> float | None:
    """Slope of log time against log n for our cold solves at n >= 1e4."""
    solved = [r for r in _cold(records) if r["peer"] == "ours" and _n(r) >= 10_000 and "failure" not in r]
    if len(solved) < 2:
        return None
    log_n = [math.log(_n(r)) for r in solved]
    log_t = [math.log(r["seconds_median"]) for r in solved]
    mean_n, mean_t = sum(log_n) / len(log_n), sum(log_t) / len(log_t)
    above = sum((a - mean_n) * (b - mean_t) for a, b in zip(log_n, log_t, strict=True))
    return above / sum((a - mean_n) ** 2 for a in log_n)


def draw(records: list[Record], path: Path) -> None:
    """Time against n, one line for each solver; markers are hollow where the certified gap exceeds 1e-6."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "cvxdnn"
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(7.5, 5.6), layout="constrained")
    for number, (name, peer) in enumerate(PEERS.items()):
        solved = [r for r in _cold(records) if r["peer"] == name and "failure" not in r]
        if not solved:
            continue
        n, seconds = [_n(r) for r in solved], [r["seconds_median"] for r in solved]
        own = name == "ours"
        colour = f"C{number}"
        style = {"lw": 2.5 if own else 1.2, "ls": "--" if peer.skip_connection else "-"}
        (line,) = axes.loglog(n, seconds, color=colour, zorder=2, **style)
        label = peer.name.replace("`", "")
        slope = growth_slope(records) if own else None
        if slope is not None:
            label += f" (slope {slope:.2f} from 1e4 to 1e6)"
        for record in solved:
            face = colour if _score(record) <= 1e-6 else "white"
            axes.plot(_n(record), record["seconds_median"], "o", mec=colour, mfc=face, ms=6, zorder=3)
        line.set_label(label)
    axes.set_xlabel("points n")
    axes.set_ylabel("seconds of one processor")
    axes.set_title("Time to an answer; hollow where its certified relative gap exceeds 1e-6", fontsize=10)
    axes.grid(True, which="major", alpha=0.3)
    figure.legend(fontsize=8, loc="outside lower center", ncols=2, frameon=False)
    figure.savefig(path, metadata={"Date": None})
    pyplot.close(figure)


def _versions(records: list[Record]) -> str:
    needed = {need for r in records if r["peer"] in PEERS for need in PEERS[r["peer"]].needs} | {"numpy", "scipy"}
    named = [f"{need} {_version(need)}" for need in sorted(needed)]
    return f"Python {platform.python_version()}, {', '.join(named)}."


def _version(distribution: str) -> str:
    try:
        return metadata.version(distribution).split("+")[0]
    except metadata.PackageNotFoundError:
        return "(not installed)"


def _comparison(records: list[Record]) -> str:
    """One row for each solver, one column for each n; in a cell time, gap and memory, or why there is no answer."""
    cold = _cold(records)
    sizes = sorted({_n(r) for r in cold})
    rows = [["β = 0.01 β_max", *(f"n = {size:,}" for size in sizes)]]
    for name, peer in PEERS.items():
        found = {_n(r): r for r in cold if r["peer"] == name}
        if found:
            rows.append([peer.name, *(_cell(found.get(size)) for size in sizes)])
    return _section(
        "Median processor time · certified relative gap of the answer · peak memory of the process; – is not asked for",
        rows,
    )


def _cell(record: Record | None) -> str:
    if record is None:
        return "–"
    if "failure" in record:
        return str(record["failure"])
    return f"{_time(record['seconds_median'])} · {_gap(_score(record))} · {_memory(record['megabytes'])}"


def _speedups(records: list[Record]) -> str:
    """Time of each solver as a multiple of ours on the same problem."""
    cold = [r for r in _cold(records) if "failure" not in r]
    times = {(r["peer"], _n(r)): r["seconds_median"] for r in cold}
    others = [name for name in PEERS if name not in ("ours", "ours-tv")]
    sizes = sorted({n for name, n in times if name in others})
    rows = [["time as a multiple of cvxdnn's", *(f"n = {size:,}" for size in sizes)]]
    for name in others:
        base = "ours-tv" if PEERS[name].skip_connection else "ours"
        cells = [_ratio(times.get((name, size)), times.get((base, size))) for size in sizes]
        if any(cell != "–" for cell in cells):
            rows.append([PEERS[name].name, *cells])
    return _section("In the same run:", rows)


def _ratio(seconds: float | None, base: float | None) -> str:
    return "–" if seconds is None or base is None else f"{seconds / base:,.3g}"


def _growth(records: list[Record]) -> str:
    slope = growth_slope(records)
    if slope is None:
        return ""
    return f"cvxdnn's time grows like n to the power {slope:.2f} over the sizes from 10,000 points on."


def _hard(records: list[Record]) -> str:
    rows = [["cvxdnn, cold", "noise", "knots", "processor", "wall", "runs", "gap", "memory"]]
    for r in records:
        if r["task"] != "hard":
            continue
        case = f"n = {_n(r):,}, β = {r['case']['share']:g} β_max"
        if "failure" in r:
            rows.append([case, f"{r['case']['noise']:g}", "–", r["failure"], "–", "–", "–", "–"])
            continue
        measured = [
            f"{r['knots']:,}",
            _time(r["seconds_median"]),
            _time(r["wall_median"]),
            str(r["runs"]),
            _gap(r["gap"]),
        ]
        rows.append([case, f"{r['case']['noise']:g}", *measured, _memory(r["megabytes"])])
    return _section("Smaller weight decay, and many knots:", rows)


def _drag(records: list[Record]) -> str:
    times = ["warm", "warm, 95 %", "warm, wall", "warm, 95 %, wall", "cold"]
    rows = [["one point dragged", "steps", *times, "answered warm", "worst gap"]]
    for r in records:
        if r["task"] != "drag":
            continue
        if "failure" in r:
            rows.append([f"n = {_n(r)}", "–", r["failure"], *6 * ["–"]])
            continue
        times = [_time(r[key]) for key in ("seconds_median", "seconds_95", "wall_median", "wall_95", "cold_median")]
        rows.append([f"n = {_n(r)}", str(r["runs"]), *times, f"{r['share_warm']:.0%}", _gap(r["gap"])])
    return _section("Warm starts, median and 95th percentile of the steps:", rows)


def _path(records: list[Record]) -> str:
    rows = [["whole path", "breakpoints", "processor", "memory", "to certify all", "worst gap", "worst gap, `certify`"]]
    for r in records:
        if r["task"] != "path":
            continue
        if "failure" in r:
            rows.append([f"n = {_n(r):,}", "–", r["failure"], *4 * ["–"]])
            continue
        times = _time(r["seconds_median"]), _memory(r["megabytes"]), _time(r["seconds_certified"])
        rows.append([f"n = {_n(r):,}", f"{r['breakpoints']:,}", *times, _gap(r["gap"]), _gap(r["gap_anew"])])
    return _section("The regularisation path from its start to the interpolant, certified at every breakpoint:", rows)


def _section(title: str, rows: list[list[str]]) -> str:
    """A table under its title; nothing when only the header is there."""
    return f"{title}\n\n{_table(rows)}" if len(rows) > 1 else ""


def _table(rows: list[list[str]]) -> str:
    header, *body = rows
    lines = [header, ["---", *("---:" for _ in header[1:])], *body]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _cold(records: list[Record]) -> list[Record]:
    return [r for r in records if r["task"] == "cold"]


def _n(record: Record) -> int:
    return int(record["case"]["n"])


def _time(seconds: float) -> str:
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    return f"{seconds:.3g} s"


def _score(record: Record) -> float:
    """Our own answers must prove themselves; others may use the best multipliers known."""
    return float(record["gap"] if record["peer"].startswith("ours") else record["excess"])


def _gap(gap: float) -> str:
    """Below 1e-14 a gap is round-off, and may be negative."""
    return "< 1e-14" if gap < 1e-14 else f"{gap:.0e}"


def _memory(megabytes: float) -> str:
    return f"{megabytes:,.0f} MB"
