"""Draws a style with MapLibre Native (PyMGL), knowing nothing but its address: how many pixels each
colour has, and how many the names change.

    native_map.py STYLE_URL LON LAT ZOOM [PNG]
"""

import collections
import json
import os
import sys
import urllib.request

# Graphics in software, without a screen.
os.environ.setdefault("EGL_PLATFORM", "surfaceless")
os.environ.setdefault("LIBGL_ALWAYS_SOFTWARE", "1")

from pymgl import Map

WIDTH, HEIGHT = 512, 768

address, lon, lat, zoom, *png = sys.argv[1:]
style = json.load(urllib.request.urlopen(address))
unnamed = {**style, "layers": [layer for layer in style["layers"] if "text-field" not in layer.get("layout", {})]}


def draw(what):
    with Map(json.dumps(what), WIDTH, HEIGHT, 1, float(lon), float(lat), float(zoom)) as drawn:
        drawn.load()
        if png and what is style:
            with open(png[0], "wb") as file:
                file.write(drawn.renderPNG())
        pixels = drawn.renderBuffer().tobytes()
    assert len(pixels) == WIDTH * HEIGHT * 4, len(pixels)
    return [pixels[at : at + 3] for at in range(0, len(pixels), 4)]


whole, without = draw(style), draw(unnamed)
colors = {f"#{color.hex()}": count for color, count in collections.Counter(whole).most_common()}
names = sum(one != other for one, other in zip(whole, without))
json.dump({"colors": colors, "names": names}, sys.stdout)
