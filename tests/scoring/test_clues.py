"""The hint for an exception is true, whichever mistake raised it."""

import math  # noqa: F401 - for the code in the table
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from conftest import replaced
from in_process import scored

from autograder.exercises import EXERCISES
from autograder.harness.driving import arrange_array
from autograder.key.references import solved_variant
from autograder.model import NOTHING_TO_SAY, Array, Fault
from autograder.scoring import reference_store
from autograder.scoring.clues import CLUES
from autograder.scoring.explanation import explain_fault
from autograder.scoring.wording import plain_message

nothing, model = None, SimpleNamespace(layers=[])
bare = SimpleNamespace(W=np.ones((2, 3)), b=np.ones((2, 1)))
Z = np.arange(12.0).reshape(4, 3) - 5
SAID = {
    "a power is written with **": ["Z ^ 2", "Z ^ Z"],
    "no single truth": ["max(0, Z)", "Z if Z > 0 else 0", "Z > 0 and Z < 1"],
    "one whole number belongs": ["np.max(0, Z)", "range(Z)", "np.concatenate(Z, Z)"],
    "take one number": ["math.exp(Z)", "float(np.sum(Z, axis=0))", "int(Z)"],
    "one place of an array": ["np.max([0, Z])", "np.zeros(3).__setitem__(0, Z)"],
    "a step with them is the optimiser's": ["stepping()"],
    "a step needs the model's layers": ["len(bare.A)", "bare.forward(Z)", "model.W"],
    "call its .forward(…)": ["mytorch.Linear(3, 2)(Z)", "mytorch.MLP([3, 2])(Z)"],
    "range(n)": ["[i for i in len(Z)]", "sum(sum(np.ones(3)))"],
    "before you zip": ["reversed(zip(Z, Z))", "reversed(enumerate(Z))"],
    "what came has not the shape": ["mytorch.Linear(2, 3).forward(Z)", "turned.forward(Z)"],
    "is it self.lr that you mean?": ["lr * Z"],
    "is it self.W that you mean?": ["Z @ W.T"],
    "used before the branch": ["early(Z)"],
    "make a new one": [
        "frozen.__setitem__(0, 0.0)",
        "np.multiply(frozen, 2, out=frozen)",
        "np.diagonal(Z).__setitem__(0, 0.0)",
    ],
    "no `forward` has put aside": [
        "mytorch.ReLU().backward(Z)",
        "mytorch.Linear(3, 2).backward(Z[:, :2])",
    ],
    "something here is None": [
        "Z * nothing",
        "np.dot(Z, nothing)",
        "nothing.shape",
        "nothing[0]",
        "mytorch.ReLU().forward(nothing)",
    ],
    "one side of @": ["Z.T @ nothing", "nothing @ Z", "0.5 @ Z"],
    "is it set, under this name": ["mytorch.Sigmoid().Z", "mytorch.MLP([2, 1]).activations"],
    "before the dot": ["Z.exp()", "np.maxium(Z, 0)"],
    "which axes must agree": ["Z @ Z", "np.dot(Z, Z)", "Z - Z.sum(axis=1)"],
    "one activation fewer": ["mytorch.MLP([3, 2]).f[0]"],
    "Python counts from 0": ["Z[4]", "Z[0, 3]", "np.sum(Z, axis=2)"],
    "can be imported here": ["__import__('torch_of_another_course')"],
    "the stub shows": [
        "mytorch.ReLU().forward()",
        "mytorch.ReLU().forward(Z, Z)",
        "ReLU().forward(Z)",
    ],
    "how many arguments": ["np.maximum(Z)", "np.sum(Z, axis=1, keepdim=True)"],
    "save the file as UTF-8 in your editor": ["eval(b'\"\\xe4\"')", "b'\\xe4'.decode()"],
    "its own file": ["softmax(Z)"],
}


def early(Z: Array) -> Any:
    for z in Z[:0]:
        total = z
    return total


def stepping() -> Any:
    """Run a `Linear` whose backward moves b by a derivative."""
    back = "return dLdZ @ self.W"
    case = next(
        r
        for r in reference_store.public_references().cases("linear.backward")
        if r.case.id == "frozen"
    )
    changes = replaced("linear.py", back, f"self.b = self.b - self.dLdb\n        {back}")
    with solved_variant(changes) as mytorch:
        frozen = {name: arrange_array(array, "frozen") for name, array in case.inputs.items()}
        return EXERCISES["linear.backward"].drive(mytorch, **frozen, scenario="must_not_move")


class ReLU:
    """A class whose `forward` lacks `self`."""

    def forward(Z: Array) -> Array:  # type: ignore[misc]
        return Z


def raised(code: str, names: dict[str, Any]) -> Fault:
    """The exception that a piece of code raises; it must raise one."""
    try:
        eval(code, names)
    except Exception as error:
        return Fault("error", type(error).__name__, str(error))
    raise AssertionError(f"{code} raises nothing")


@pytest.mark.parametrize(
    ("code", "clue"), [(code, clue) for clue, codes in SAID.items() for code in codes]
)
def test_each_cause_of_an_exception_gets_a_clue_that_is_true_of_it(code: str, clue: str) -> None:
    """Typical student code is run: the messages of numpy and Python lead to the right sentence."""
    frozen = Z[0].copy()
    frozen.flags.writeable = False
    with solved_variant({}) as mytorch:
        turned = mytorch.Linear(3, 2)
        turned.W = turned.W.T
        names = {**globals(), "mytorch": mytorch, "frozen": frozen, "turned": turned}
        fault = raised(code, names)
    said = explain_fault(NOTHING_TO_SAY, EXERCISES["linear.forward"], fault, values=True)
    assert clue in said.hint


def test_every_clue_is_tried() -> None:
    """The table has each sentence, with the causes that lead to it."""
    said = {next((clue for clue in SAID if clue in text.format("lr")), text) for _, text in CLUES}
    assert said == set(SAID) - {"is it self.W that you mean?"}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("import torch", True),
        ("from shapes import expect_shape", True),
        ("from .x import y", False),
    ],
)
def test_a_hidden_report_says_what_can_be_imported(line: str, said: bool) -> None:
    """The student's own line already shows it, so it reveals no hidden case."""
    fault = Fault("error", "ModuleNotFoundError", "No module named 'x'", "mytorch/relu.py:1", line)
    told = explain_fault(NOTHING_TO_SAY, EXERCISES["relu.forward"], fault, values=False)
    assert told.hint.startswith("only numpy") == said


def test_a_layer_that_fails_in_a_network_is_not_blamed() -> None:
    """If a forward does not call its layers, backward fails in the layers' files; both reports say
    that their forward was never called."""
    forward = "activation.forward(layer.forward(A))"
    changes = replaced("mlp.py", forward, "activation.forward(A @ layer.W.T + layer.b.T)")
    for references in (reference_store.best_references(), reference_store.public_references()):
        found = scored(changes, references)
        said = plain_message(found["mlp.backward.dLdA.general"])
        assert "hint: it is raised in a layer that is called here" in said
