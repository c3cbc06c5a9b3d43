"""Outlines for the map: `python -m app.geo ../shared/geo/central_asia_50m.geojson` writes public/geo/region.json.

The source is Natural Earth (public domain) at 1:50 million, by way of the world-atlas package 2.0.2 (ISC). Borders that
two states share are cut out once and simplified once (Douglas and Peucker), so neither gaps nor overlaps appear, and
the map can draw a border by itself. The result is TopoJSON without quantization; the app reads nothing else.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from math import hypot
from pathlib import Path
from typing import Any

from abm.errors import BadInput

Point = tuple[float, float]
Line = tuple[Point, ...]
Rings = list[list[Line]]  # polygons, each with its outer ring first

OUTLINES = Path(__file__).with_name("public") / "geo" / "region.json"
STATES = {"Kazakhstan": "KZ", "Kyrgyzstan": "KG", "Tajikistan": "TJ", "Turkmenistan": "TM", "Uzbekistan": "UZ"}
NEIGHBOURS = {
    "Afghanistan": "AF", "Armenia": "AM", "Azerbaijan": "AZ", "China": "CN", "Georgia": "GE", "India": "IN",
    "Iran": "IR", "Mongolia": "MN", "Pakistan": "PK", "Russia": "RU", "Turkey": "TR",
}  # fmt: skip
FRAME = (28.0, 24.0, 116.0, 69.0)  # degrees: west, south, east, north; what the map can show
TOLERANCE = {"state": 0.012, "neighbour": 0.05}  # degrees off the true line, at most
SMALLEST = {"state": 0.05, "neighbour": 0.25}  # square degrees; smaller islands and enclaves are left out
DECIMALS = 2  # of a degree: about a kilometre
ATTRIBUTION = "Natural Earth 1:50m (public domain), by way of world-atlas 2.0.2 (ISC); simplified"


def read(path: Path) -> dict[str, Rings]:
    """Polygons of every state and neighbour, by code, in degrees (longitude, latitude).

    Raises:
        BadInput: the file cannot be read, or lacks a state.
    """
    try:
        features = json.loads(path.read_text(encoding="utf-8"))["features"]
    except (OSError, ValueError, KeyError) as problem:
        raise BadInput(f"{path}: no outlines can be read: {problem}") from None
    codes = STATES | NEIGHBOURS
    found: dict[str, Rings] = {}
    for feature in features:
        shape = feature["geometry"]
        polygons = [shape["coordinates"]] if shape["type"] == "Polygon" else shape["coordinates"]
        code = codes.get(feature["properties"]["name"])
        if code:
            found[code] = [[tuple((x, y) for x, y in ring[:-1]) for ring in polygon] for polygon in polygons]
    for name, code in STATES.items():
        if code not in found:
            raise BadInput(f"{path}: no outline of {name}")
    return found


# ------------------------------------------------------------------------------------------------------- clipping


def clip(ring: Line) -> Line:
    """What of a ring lies in the frame (Sutherland and Hodgman); empty if nothing does."""
    west, south, east, north = FRAME
    for axis, bound, sign in ((0, west, 1), (0, east, -1), (1, south, 1), (1, north, -1)):
        ring = _one_side(ring, lambda p, a=axis, b=bound, s=sign: s * (p[a] - b), axis, bound)  # type: ignore[misc]
    return ring


def _one_side(ring: Line, inside: Callable[[Point], float], axis: int, bound: float) -> Line:
    kept: list[Point] = []
    for before, point in zip(ring[-1:] + ring[:-1], ring):
        if (inside(before) < 0) != (inside(point) < 0):
            low, high = sorted((before, point))  # the same crossing from either side
            share = (bound - low[axis]) / (high[axis] - low[axis])
            across = low[1 - axis] + share * (high[1 - axis] - low[1 - axis])
            kept.append((bound, across) if axis == 0 else (across, bound))
        if inside(point) >= 0:
            kept.append(point)
    return tuple(kept)


# ------------------------------------------------------------------------------------------- shared borders, once


def junctions(rings: Iterable[Line]) -> set[Point]:
    """Points where more than two lines meet: there a border ends and another begins."""
    beside: dict[Point, set[Point]] = {}
    for ring in rings:
        for before, point in zip(ring[-1:] + ring[:-1], ring):
            beside.setdefault(before, set()).add(point)
            beside.setdefault(point, set()).add(before)
    return {point for point, others in beside.items() if len(others) > 2}


def cut(ring: Line, ends: set[Point]) -> list[Line]:
    """A ring as arcs from junction to junction; one closed arc if it meets none."""
    places = [i for i, point in enumerate(ring) if point in ends]
    start = places[0] if places else ring.index(min(ring))
    turned = ring[start:] + ring[: start + 1]
    inner = [i for i, point in enumerate(turned) if point in ends] if places else [0, len(turned) - 1]
    return [turned[a : b + 1] for a, b in pairwise(inner)]


def simplify(line: Line, tolerance: float) -> Line:
    """Fewer points, none of the line farther than `tolerance` (degrees) from what is left; ends stay."""
    if len(line) < 3:
        return line
    (x0, y0), (x1, y1) = line[0], line[-1]
    length = hypot(x1 - x0, y1 - y0)

    def off(point: Point) -> float:
        x, y = point
        if length == 0:
            return hypot(x - x0, y - y0)
        return abs((x - x0) * (y1 - y0) - (y - y0) * (x1 - x0)) / length

    far = max(range(1, len(line) - 1), key=lambda i: off(line[i]))
    if off(line[far]) <= tolerance:
        return (line[0], line[-1])
    return simplify(line[: far + 1], tolerance)[:-1] + simplify(line[far:], tolerance)


def area(ring: Sequence[Point]) -> float:
    """Square degrees."""
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]]))) / 2


def topology(shapes: dict[str, Rings]) -> dict[str, Any]:
    """The map as TopoJSON: arcs once each, and each state as rings of arcs (-1 - i: arc i backwards)."""
    clipped = {code: [[clip(ring) for ring in polygon] for polygon in shapes[code]] for code in shapes}
    rings = {ring for polygons in clipped.values() for polygon in polygons for ring in polygon if len(ring) > 2}
    ends = junctions(rings)
    kinds: dict[Line, str] = {}
    for code, polygons in clipped.items():
        for arc in (arc for polygon in polygons for ring in polygon if len(ring) > 2 for arc in cut(ring, ends)):
            key = min(arc, arc[::-1])
            if code in STATES.values() or key not in kinds:
                kinds[key] = "state" if code in STATES.values() else "neighbour"
    arcs = {key: simplify(key, TOLERANCE[kind]) for key, kind in kinds.items()}
    kept = [k for k in arcs if k[0] != k[-1] or (area(arcs[k]) >= SMALLEST[kinds[k]] and len(arcs[k]) > 3)]
    place = {key: i for i, key in enumerate(kept)}

    def numbers(ring: Line) -> list[int]:
        found = []
        for arc in cut(ring, ends) if len(ring) > 2 else []:
            key = min(arc, arc[::-1])
            if key in place:
                found.append(place[key] if key == arc else -1 - place[key])
        return found

    geometries = []
    for code, polygons in clipped.items():
        rows = [[ring for ring in map(numbers, polygon) if ring] for polygon in polygons if numbers(polygon[0])]
        geometries.append({"type": "MultiPolygon", "id": code, "arcs": rows})
    lines = [[[round(x, DECIMALS), round(y, DECIMALS)] for x, y in arcs[key]] for key in kept]
    outlines = {"type": "GeometryCollection", "geometries": geometries}
    return {"type": "Topology", "attribution": ATTRIBUTION, "arcs": lines, "objects": {"outlines": outlines}}


def inside(point: Point, ring: Sequence[Point]) -> bool:
    """Does a point lie in a ring?"""
    x, y = point
    odd = False
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]]):
        if (y0 > y) != (y1 > y) and x < x0 + (y - y0) / (y1 - y0) * (x1 - x0):
            odd = not odd
    return odd


def main(source: str) -> None:
    """Write region.json from the outlines at `source`."""
    text = json.dumps(topology(read(Path(source))), separators=(",", ":"))
    OUTLINES.write_text(text + "\n", encoding="utf-8")
    print(f"{OUTLINES}: {len(text) / 1000:.0f} kB")


if __name__ == "__main__":
    main(sys.argv[1])
