"""The PNG of a picture, made without a browser."""

import re
from pathlib import Path

import matplotlib
import resvg_py

FONTS = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
ZOOM = 2  # sharp on screens with two dots per pixel
VARIABLE = re.compile(r"var\(--[\w-]+,\s*([^()]*)\)")


def render_png(svg: str) -> bytes:
    """Render a picture on white, in the colours of a light theme.

    Args:    svg: the picture; a colour `var(--name, fallback)` is drawn as its fallback.
    Returns: a PNG of twice the picture's size; equal pictures give equal bytes.
    Raises:  ValueError: the text is not an SVG.
    """
    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=VARIABLE.sub(r"\1", svg),
            background="#ffffff",
            zoom=ZOOM,
            skip_system_fonts=True,
            font_dirs=[str(FONTS)],
            font_family="DejaVu Sans",
            sans_serif_family="DejaVu Sans",
        )
    )
