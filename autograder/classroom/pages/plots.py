"""The pictures of the pages. Patterns and words say the same as the colours."""

from .markup import Markup, element, format_amount, format_percent, format_points, svg_picture
from .statistics import ClassSummary, ExerciseTally, Way

WAY_LABELS: dict[Way, str] = {
    "wrong": "wrong result",
    "stopped": "exception, crash or timeout",
    "untried": "not attempted",
}
HISTOGRAM_WIDTH, HISTOGRAM_HEIGHT = (
    912,
    190,
)  # of the histogram; below it are two lines for the axis
LONGEST_BAR = 260
BAR_HEIGHT = 14


def plot_histogram(summary: ClassSummary) -> Markup:
    """The histogram of the final scores."""
    width, counts = summary.bins()
    step, tall = HISTOGRAM_WIDTH / len(counts), (HISTOGRAM_HEIGHT - 42) / max(counts)
    scale = step / width
    median = summary.quantile(0.5)
    side, gap = ("end", -6) if median * scale > HISTOGRAM_WIDTH / 2 else ("start", 6)
    shapes = [
        element("path", d=f"M{median * scale:.1f} 4V{HISTOGRAM_HEIGHT}", class_="mark"),
        plot_label(median * scale + gap, 14, f"median {format_points(median)}", side),
    ]
    said = []
    for n, count in enumerate(counts):
        if count:
            shapes += [
                draw_rectangle(
                    n * step + 2, HISTOGRAM_HEIGHT - count * tall, step - 4, count * tall, "filled"
                ),
                plot_label(
                    (n + 0.5) * step, HISTOGRAM_HEIGHT - count * tall - 5, short_count(count)
                ),
            ]
            ends = format_points(n * width), format_points(min((n + 1) * width, summary.max_score))
            said.append(f"{' to '.join(ends)} points: {format_amount(count)}")
    every = width * max(1, round(len(counts) / 13))
    ticks = [n * every for n in range(1, int(summary.max_score / every - 0.5) + 1)]
    shapes += [
        element("path", d=f"M0 {HISTOGRAM_HEIGHT + 0.5}H{HISTOGRAM_WIDTH}", class_="axis"),
        plot_label(0, HISTOGRAM_HEIGHT + 18, "0", "start"),
        *(plot_label(tick * scale, HISTOGRAM_HEIGHT + 18, format_points(tick)) for tick in ticks),
        plot_label(
            summary.max_score * scale,
            HISTOGRAM_HEIGHT + 18,
            format_points(summary.max_score),
            "end",
        ),
        plot_label(HISTOGRAM_WIDTH / 2, HISTOGRAM_HEIGHT + 38, "points"),
    ]
    title = f"Distribution of {format_amount(summary.final)} scores. {'; '.join(said)}."
    return svg_picture(HISTOGRAM_WIDTH, HISTOGRAM_HEIGHT + 44, title, *shapes)


def plot_lost_points(tally: ExerciseTally, name: str, most: float) -> Markup:
    """The points of one exercise as a bar: how many are lost on average, and how.

    Args: most: the points of the longest bar.
    """
    scale = LONGEST_BAR / most
    shapes, x, said = [], 0.5, []
    for way, words in WAY_LABELS.items():
        mean = tally.lost[way] / (tally.count or 1)
        if mean * scale >= 0.5:
            shapes += [bar_segment(x, mean * scale, way)]
        x += mean * scale
        said.append(f"{mean:.2f} {words}")
    frame = draw_rectangle(0.5, 0.5, tally.max_score * scale, BAR_HEIGHT, "reached")
    title = (
        f"{name}: of {format_points(tally.max_score)} points lost on average: {', '.join(said)}."
    )
    return svg_picture(LONGEST_BAR + 1, BAR_HEIGHT + 1, title, *shapes, frame)


def plot_share(value: float, title: str, long: float = 120) -> Markup:
    """A share as a bar in a frame; the frame means 100 %."""
    filled = draw_rectangle(0.5, 0.5, long * value, BAR_HEIGHT, "filled")
    frame = draw_rectangle(0.5, 0.5, long, BAR_HEIGHT, "reached")
    return svg_picture(long + 1, BAR_HEIGHT + 1, f"{title}: {format_percent(value)}", filled, frame)


def plot_key() -> Markup:
    """The key to the patterns of `plot_lost_points`."""
    swatches = [(bar_segment(0.5, 28, way), words) for way, words in WAY_LABELS.items()]
    swatches.append((draw_rectangle(0.5, 0.5, 28, BAR_HEIGHT, "reached"), "reached"))
    return element(
        "p",
        *(
            element("span", svg_picture(29, BAR_HEIGHT + 1, words, shape), words)
            for shape, words in swatches
        ),
        class_="key",
    )


def bar_segment(x: float, width: float, way: Way) -> Markup:
    """A part of a bar: filled, hatched or pale."""
    box = draw_rectangle(x, 0.5, width, BAR_HEIGHT, way)
    if way != "stopped":
        return box
    lines, at = [], 4.0
    while at < width + BAR_HEIGHT:  # each goes down to the left, cut off at the ends of the part
        top, bottom = min(at, width), max(at - BAR_HEIGHT, 0.0)
        lines.append(
            f"M{x + top:.1f} {0.5 + at - top:.1f}L{x + bottom:.1f} {0.5 + at - bottom:.1f}"
        )
        at += 7
    return element("g", box, element("path", d="".join(lines), class_="hatch"))


def draw_rectangle(x: float, y: float, width: float, height: float, class_: str) -> Markup:
    size = {"width": f"{width:.1f}", "height": f"{height:.1f}"}
    return element("rect", x=f"{x:.1f}", y=f"{y:.1f}", **size, class_=class_)


def plot_label(x: float, y: float, words: str, anchor: str = "middle") -> Markup:
    place = {"x": f"{x:.1f}", "y": f"{y:.1f}", "text_anchor": anchor}
    return element("text", words, class_="label", **place)


def short_count(count: int) -> str:
    """A count that fits above a narrow bar."""
    return f"{count / 1000:.3g}k" if count >= 1000 else str(count)
