"""Engine-turned ornament for the certificate: a border of interlaced sines, and a rosette made from a number."""

import hashlib
from collections.abc import Iterable
from itertools import product
from math import cos, pi, sin

from .sheet import SEAL, Sheet

Points = Iterable[tuple[float, float]]


def curve(s: Sheet, points: Points, width: float = 0.4, close: bool = True) -> None:
    """One line through all points, in the seal's colour; y runs up here."""
    path = s.c.beginPath()
    first, *rest = points
    path.moveTo(*first)
    for point in rest:
        path.lineTo(*point)
    if close:
        path.close()
    s.c.setLineWidth(width)
    s.c.setStrokeColor(SEAL)
    s.c.setDash([])
    s.c.drawPath(path)


def rosette(s: Sheet, cx: float, cy: float, radius: float, seed: str) -> None:
    """The same seed gives the same figure, any other seed another."""
    digest = hashlib.sha256(seed.encode()).digest()
    for ring, (share, weight) in enumerate(((0.34, 1.0), (0.58, 0.8), (0.84, 0.9))):
        petals, inner = 5 + 2 * ring + digest[ring] % 5, share * radius
        depth = radius * (0.15 + digest[ring + 3] % 5 / 100) * weight
        for k in range(6):
            phase = 2 * pi * k / 6 / petals
            angles = [2 * pi * i / 360 for i in range(360)]
            distances = [inner + depth * sin(petals * (a + phase)) for a in angles]
            curve(s, [(cx + r * cos(a), cy + r * sin(a)) for r, a in zip(distances, angles, strict=True)])


def border(s: Sheet, w: float, h: float, inset: float = 30, depth: float = 7, waves: int = 3) -> None:
    """A band of whole periods on every side, closed by a small rosette at each corner and two fine lines."""
    edge = depth + 3
    along, up = w - 2 * (inset + edge), h - 2 * (inset + edge)
    for y in (inset, h - inset):
        for wave in _waves(along, depth, waves):
            curve(s, [(inset + edge + d, y + v) for d, v in wave], close=False)
    for x in (inset, w - inset):
        for wave in _waves(up, depth, waves):
            curve(s, [(x + v, inset + edge + d) for d, v in wave], close=False)
    for x, y in product((inset, w - inset), (inset, h - inset)):
        _corner(s, x, y, edge)
    for d, line in ((edge, 0.8), (-edge, 0.3)):
        s.c.setLineWidth(line)
        s.c.setStrokeColor(SEAL)
        s.c.rect(inset - d, inset - d, w - 2 * inset + 2 * d, h - 2 * inset + 2 * d)


def _waves(length: float, depth: float, waves: int) -> Iterable[list[tuple[float, float]]]:
    steps = 16 * round(length / 26)
    for k in range(waves * 2):
        yield [(length * i / steps, depth * sin(2 * pi * i / 16 + pi * k / waves)) for i in range(steps + 1)]


def _corner(s: Sheet, x: float, y: float, edge: float) -> None:
    s.c.setLineWidth(0.3)
    s.c.setStrokeColor(SEAL)
    s.c.setDash([])
    s.c.rect(x - edge, y - edge, 2 * edge, 2 * edge)
    for k in range(4):
        angles = [2 * pi * i / 120 for i in range(120)]
        distances = [5 + 3 * sin(4 * a + pi * k / 2) for a in angles]
        curve(s, [(x + r * cos(a), y + r * sin(a)) for r, a in zip(distances, angles, strict=True)])
