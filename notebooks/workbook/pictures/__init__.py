"""The pictures of the notebooks. Each is one file: a function that draws, and its sliders."""

from .adding_up import adding_up
from .corner import corner
from .entry import entry
from .half_square import half_square
from .influence import influence
from .jacobian import jacobian
from .perturbation import perturbation
from .picture import Picture, Slider
from .sides import sides
from .sigmoid import sigmoid

__all__ = [
    "Picture",
    "Slider",
    "adding_up",
    "corner",
    "entry",
    "half_square",
    "influence",
    "jacobian",
    "perturbation",
    "sides",
    "sigmoid",
]
