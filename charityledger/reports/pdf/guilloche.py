"""Engine-turned ornament for the certificate: a border of interlaced sines, and a rosette made from a number.

Curves are drawn as Bézier arcs with the exact tangent at every knot: smooth at any magnification, and a quarter of the
operators that straight steps would take.
"""

import hashlib
from collections.abc import Callable
from itertools import product
from math import cos, pi, sin

from .sheet import SEAL, Sheet

# A point of a curve and its derivative: x, y, dx/dt, dy/dt.
Curve = Callable[[float], tuple[float, float, float, float]]


def stroke(s: Sheet, curve: Curve, end: float, arcs: int, width: float = 0.4) -> None:
    """The curve from t = 0 to t = end, in the seal's colour; y runs up here."""
    path, step = s.c.beginPath(), end / arcs
    x, y, dx, dy = curve(0)
    path.moveTo(x, y)
    for k in range(1, arcs + 1):
        x2, y2, dx2, dy2 = curve(k * step)
        path.curveTo(x + dx * step / 3, y + dy * step / 3, x2 - dx2 * step / 3, y2 - dy2 * step / 3, x2, y2)
        x, y, dx, dy = x2, y2, dx2, dy2
    s.c.setLineWidth(width)
    s.c.setStrokeColor(SEAL)
    s.c.setDash([])
    s.c.drawPath(path)


def flower(cx: float, cy: float, inner: float, depth: float, petals: int, phase: float) -> Curve:
    """A circle of radius `inner` whose radius swings by `depth`, once for each petal; t is the angle."""

    def curve(t: float) -> tuple[float, float, float, float]:
        r, dr = inner + depth * sin(petals * t + phase), petals * depth * cos(petals * t + phase)
        return cx + r * cos(t), cy + r * sin(t), dr * cos(t) - r * sin(t), dr * sin(t) + r * cos(t)

    return curve


def rosette(s: Sheet, cx: float, cy: float, radius: float, seed: str) -> None:
    """The same seed gives the same figure, any other seed another."""
    digest = hashlib.sha256(seed.encode()).digest()
    for ring, (share, weight) in enumerate(((0.34, 1.0), (0.58, 0.8), (0.84, 0.9))):
        petals = 5 + 2 * ring + digest[ring] % 5
        depth = radius * (0.15 + digest[ring + 3] % 5 / 100) * weight
        for k in range(6):
            petal = flower(cx, cy, share * radius, depth, petals, 2 * pi * k / 6)
            stroke(s, petal, 2 * pi, 8 * petals)


def border(s: Sheet, w: float, h: float, inset: float = 30, depth: float = 7, waves: int = 3) -> None:
    """A band of whole periods on every side, closed by a small rosette at each corner and two fine lines."""
    edge = depth + 3
    for y in (inset, h - inset):
        _band(s, inset + edge, y, w - 2 * (inset + edge), depth, waves, upright=False)
    for x in (inset, w - inset):
        _band(s, x, inset + edge, h - 2 * (inset + edge), depth, waves, upright=True)
    for x, y in product((inset, w - inset), (inset, h - inset)):
        _corner(s, x, y, edge)
    for d, line in ((edge, 0.8), (-edge, 0.3)):
        s.c.setLineWidth(line)
        s.c.setStrokeColor(SEAL)
        s.c.rect(inset - d, inset - d, w - 2 * inset + 2 * d, h - 2 * inset + 2 * d)


def _band(s: Sheet, x: float, y: float, length: float, depth: float, waves: int, upright: bool) -> None:
    periods = round(length / 26)
    pace = length / (2 * pi * periods)
    for k in range(waves * 2):
        phase = pi * k / waves

        def curve(t: float, phase: float = phase) -> tuple[float, float, float, float]:
            swing, slope = depth * sin(t + phase), depth * cos(t + phase)
            return (
                (x + swing, y + pace * t, slope, pace) if upright else (x + pace * t, y + swing, pace, slope)
            )

        stroke(s, curve, 2 * pi * periods, 4 * periods)


def _corner(s: Sheet, x: float, y: float, edge: float) -> None:
    s.c.setLineWidth(0.3)
    s.c.setStrokeColor(SEAL)
    s.c.setDash([])
    s.c.rect(x - edge, y - edge, 2 * edge, 2 * edge)
    for k in range(4):
        stroke(s, flower(x, y, 5, 3, 4, pi * k / 2), 2 * pi, 32)
