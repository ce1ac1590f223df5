"""A picture that moves: a function that draws, and a slider for each of its values."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import ipywidgets

# Jupyter gives a widget that has lost its kernel a class: then, and only then, this is seen.
RESTARTED = """\
<style>
.workbook-restarted { display: none; }
.jupyter-widgets-disconnected .workbook-restarted { display: block; }
</style>
<div class="workbook-restarted">The kernel was restarted: to move the picture, run its cell again
(in the menu: <em>Run ▸ Run All Above Selected Cell</em> first).</div>"""


@dataclass(frozen=True)
class Slider:
    """One value of a picture that the reader moves: its label, where it starts and its ends.

    Whole numbers for start, ends and step make a slider of whole numbers.
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
    """Shows what `draw` draws, and draws it anew whenever a slider moves.

    Args: name: what the picture is called; its text form is `<picture: name>`.
          draw: from the sliders' values, by name, to SVG text; pure.
          sliders: a slider for each argument of `draw`. None: a picture that stands still.
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
        """What Jupyter shows: the widget, and the fixed text where widgets are not shown."""
        bundle: dict[str, Any] = self.box._repr_mimebundle_(**kwargs)
        return {**bundle, "text/plain": repr(self)}
