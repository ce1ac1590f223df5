"""Planted mistakes: the misconceptions that the autograder recognises by their tensors.

There is one file per topic. A mistake is a substitution in the solved package. Its tensors become
its signature. Students read its name and its hint.
"""

from . import activations, linear, losses, network, softmax, squared_error
from .model import Mistake

MISTAKES: dict[str, Mistake] = {
    mistake.id: mistake
    for topic in (squared_error, activations, softmax, linear, losses, network)
    for mistake in topic.MISTAKES
}

__all__ = ["MISTAKES", "Mistake"]
