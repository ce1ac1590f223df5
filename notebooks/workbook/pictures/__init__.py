"""The pictures of the notebooks. Each file contains a function that draws one, and its sliders."""

from .adding_up import adding_up
from .cancelling import cancelling
from .corner import corner
from .entry import entry
from .half_square import half_square
from .influence import influence
from .jacobian import jacobian
from .learning import learning
from .network import network
from .perturbation import perturbation
from .picture import Picture, Slider
from .sides import sides
from .sigmoid import sigmoid
from .step_size import step_size
from .surprise import surprise

__all__ = [
    "Picture",
    "Slider",
    "adding_up",
    "cancelling",
    "corner",
    "entry",
    "half_square",
    "influence",
    "jacobian",
    "learning",
    "network",
    "perturbation",
    "sides",
    "sigmoid",
    "step_size",
    "surprise",
]
