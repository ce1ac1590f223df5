"""Planted mistakes: the misconceptions that the autograder knows by their tensors.

One file a class. A mistake is a substitution in the solved package; its tensors become its
signature, and its name and hint are what a student reads.
"""

from . import linear
from .model import Mistake

MISTAKES: dict[str, Mistake] = {
    mistake.id: mistake for topic in (linear,) for mistake in topic.MISTAKES
}

__all__ = ["MISTAKES", "Mistake"]
