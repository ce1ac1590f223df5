"""A progress bar with rate and time left, only on a terminal."""

import time
from collections import deque
from collections.abc import Iterator
from typing import TextIO, TypeVar

One = TypeVar("One")

BAR_LENGTH = 30  # characters
REDRAW_SECONDS = 0.1  # between two drawings
RATE_SECONDS = 30.0  # over which the rate is measured


def show_progress(graded: Iterator[One], count: int, stream: TextIO) -> Iterator[One]:
    """Yield what is graded, and draw a bar below the lines that are printed in the meantime.

    Args: count: how many there will be; for a single one there is no bar.
    """
    if count < 2 or not stream.isatty():
        yield from graded
        return
    drawn = 0.0
    recent = deque(
        [(time.monotonic(), 0)]
    )  # only the latest: reports from the journal come at once
    for done, one in enumerate(graded, start=1):
        stream.write("\r\x1b[K")
        stream.flush()
        yield one
        now = time.monotonic()
        if now > drawn + REDRAW_SECONDS or done == count:
            while now - recent[0][0] > RATE_SECONDS and len(recent) > 1:
                recent.popleft()
            since, before = recent[0]
            stream.write(draw_bar(done, count, (done - before) / max(now - since, 1e-6)))
            stream.flush()
            recent.append((now, done))
            drawn = now
    stream.write("\n")


def draw_bar(done: int, count: int, rate: float) -> str:
    """`████      312 of 1000 · 48.1/s · 14 s left`; rate in hand-ins per second."""
    filled = "█" * (BAR_LENGTH * done // count)
    left = format_duration((count - done) / rate)
    return f"\r{filled:<{BAR_LENGTH}} {done} of {count} · {rate:.1f}/s · {left} left"


def format_duration(seconds: float) -> str:
    """A duration in words: `14 s`, `3 min 20 s`, `2 h 5 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"
