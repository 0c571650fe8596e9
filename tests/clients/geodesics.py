"""Judges distances with geographiclib: of each line of JSON `{"from": [lon, lat], "paths": [[[lon, lat], …], …]}` the least metres.

Edges are straight in longitude and latitude. Each is searched by golden section from eight pieces, with no bound and no
derivative: nothing of it is like what it judges.
"""

import json
import math
import sys

from geographiclib.geodesic import Geodesic

GOLDEN = (math.sqrt(5) - 1) / 2


def metres(a, b):
    return Geodesic.WGS84.Inverse(a[1], a[0], b[1], b[0], Geodesic.DISTANCE)["s12"]


def along(a, b, t):
    return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]


def least(start, a, b):
    pieces = 8
    seen = [metres(start, along(a, b, i / pieces)) for i in range(pieces + 1)]
    at = min(range(pieces + 1), key=seen.__getitem__)
    low, high = max(0, at - 1) / pieces, min(pieces, at + 1) / pieces
    for _ in range(30):
        first, second = high - (high - low) * GOLDEN, low + (high - low) * GOLDEN
        if metres(start, along(a, b, first)) < metres(start, along(a, b, second)):
            high = second
        else:
            low = first
    return min(seen[at], metres(start, along(a, b, (low + high) / 2)))


for line in sys.stdin:
    asked = json.loads(line)
    print(min(least(asked["from"], a, b) for path in asked["paths"] for a, b in zip(path, path[1:])))
