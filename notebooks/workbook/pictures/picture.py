"""A picture with sliders: a function that draws it, and a slider for each of its values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ipywidgets

# Shown only if the widget has lost its kernel: Jupyter then adds a CSS class to it.
RESTARTED = """\
<style>
.workbook-restarted { display: none; }
.jupyter-widgets-disconnected .workbook-restarted { display: block; }
</style>
<div class="workbook-restarted">The kernel was restarted: to move the picture, run its cell again
(in the menu: <em>Run ▸ Run All Above Selected Cell</em> first).</div>"""


@dataclass(frozen=True)
class Slider:
    """A value of a picture that the reader changes: its label, start, ends and step.

    If start, ends and step are integers, the slider gives integers.
    """

    label: str
    start: float
    low: float
    high: float
    step: float = 0.1

    def widget(self) -> Any:
        values = (self.start, self.low, self.high, self.step)
        whole = all(isinstance(value, int) for value in values)
        kind = ipywidgets.IntSlider if whole else ipywidgets.FloatSlider
        return kind(
            value=self.start,
            min=self.low,
            max=self.high,
            step=self.step,
            description=self.label,
            tooltip=self.label,
            continuous_update=True,
            readout_format="d" if whole else ".2f",
            style={"description_width": "200px"},
            layout={"width": "100%", "max_width": "560px"},
        )


class Picture:
    """A picture that is drawn again whenever a slider moves.

    Args: name: what the picture is called; its text form is `<picture: name>`.
          draw: makes the SVG text from the sliders' values, passed by name; pure.
          sliders: a slider for each argument of `draw`. Without any, the picture is a still.
    """

    def __init__(self, name: str, draw: Callable[..., str], **sliders: Slider) -> None:
        self.name = name
        self.draw = draw
        self.sliders = {argument: slider.widget() for argument, slider in sliders.items()}
        self.canvas = ipywidgets.HTML(layout={"width": "100%"})
        note = [ipywidgets.HTML(RESTARTED)] if sliders else []
        self.box = ipywidgets.VBox(
            [*self.sliders.values(), *note, self.canvas], layout={"overflow": "hidden"}
        )
        for slider in self.sliders.values():
            slider.observe(self.redraw, names="value")
        self.redraw()

    def redraw(self, change: object = None) -> None:
        self.canvas.value = self.draw(**{a: s.value for a, s in self.sliders.items()})

    def __repr__(self) -> str:
        return f"<picture: {self.name}>"

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, Any]:
        """For Jupyter: the widget, and the fixed text for pages that do not show widgets."""
        bundle: dict[str, Any] = self.box._repr_mimebundle_(**kwargs)
        return {**bundle, "text/plain": repr(self)}
