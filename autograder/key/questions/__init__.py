"""The questions of the notebooks, in the order of the course: the one place of their data.

`autograder build` writes them into `autograder/questions.json`, which students get.
A notebook asks one by its id: `question("06.jacobian_shape")`.
"""

from autograder.workspace.questions import Question

from . import (
    divergences,
    network_and_training,
    scalar_activations,
    start_here,
    vector_activations,
    vector_form,
)

QUESTIONS: tuple[Question, ...] = (
    *start_here.QUESTIONS,
    *scalar_activations.QUESTIONS,
    *vector_activations.QUESTIONS,
    *vector_form.QUESTIONS,
    *divergences.QUESTIONS,
    *network_and_training.QUESTIONS,
)
