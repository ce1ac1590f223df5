"""The pictures of the notebooks. Each is one file: a function that draws, and its sliders."""

from .adding_up import adding_up
from .entry import entry
from .half_square import half_square
from .perturbation import perturbation
from .picture import Picture, Slider
from .sides import sides

__all__ = [
    "Picture",
    "Slider",
    "adding_up",
    "entry",
    "half_square",
    "perturbation",
    "sides",
]
