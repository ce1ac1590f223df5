"""Wrong use of `mytorch` gets a clear sentence, in the solved package and in the skeleton."""

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from conftest import package, replaced
from in_process import loaded

from autograder.exercises import EXERCISES
from autograder.key import differences
from autograder.key import mytorch as solved

ACTIVATIONS = ("Sigmoid", "ReLU", "Softmax")
NO_ARRAY = (
    ([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], "list"),
    ([[1.0], [2.0, 3.0]], "list"),
    ("text", "str"),
    (None, "NoneType"),
    (np.full((2, 3), None), "object"),
    (np.full((2, 3), 1, np.uint8), "uint8"),
    (np.full((2, 3), True), "bool"),
    (np.full((2, 3), 1j), "complex128"),
)
SHAPES = ((3,), (), (2, 2, 3), (0, 3), (2, 0), (3, 2), (1, 3), (2, 1))
Use = Callable[..., Any]


def normal(*shape: int) -> Any:
    return np.random.default_rng(5).standard_normal(shape)


def after(layer: Any, *arguments: Any) -> Any:
    """A layer whose `forward` has run, even if it is a stub."""
    with suppress(NotImplementedError):
        layer.forward(*arguments)
    return layer


def network(mytorch: Any) -> Any:
    return mytorch.MLP([2, 4, 3])


def places() -> Iterator[tuple[str, Use, str, Callable[[tuple[int, ...]], bool]]]:
    """The places for arrays: name, call, how messages write the shape, and which shapes are
    right."""
    for name in ACTIVATIONS:
        yield (
            f"{name}.forward: Z",
            lambda mytorch, x, name=name: getattr(mytorch, name)().forward(x),
            "(N, C)",
            lambda shape: len(shape) == 2 and 0 not in shape,
        )
        yield (
            f"{name}.backward: dLdA",
            lambda mytorch, x, name=name: after(getattr(mytorch, name)(), normal(2, 3)).backward(x),
            "(2, 3)",
            lambda shape: shape == (2, 3),
        )
    yield (
        "Linear.forward: A",
        lambda mytorch, x: mytorch.Linear(3, 2).forward(x),
        "(N, 3)",
        lambda shape: len(shape) == 2 and shape[0] > 0 and shape[1] == 3,
    )
    yield (
        "Linear.backward: dLdZ",
        lambda mytorch, x: after(mytorch.Linear(2, 3), normal(2, 2)).backward(x),
        "(2, 3)",
        lambda shape: shape == (2, 3),
    )
    yield (
        "SoftmaxCrossEntropy.forward: Z",
        lambda mytorch, x: mytorch.SoftmaxCrossEntropy().forward(x, x),
        "(N, C)",
        lambda shape: len(shape) == 2 and 0 not in shape,
    )
    yield (
        "SoftmaxCrossEntropy.forward: Y",
        lambda mytorch, x: mytorch.SoftmaxCrossEntropy().forward(normal(2, 3), x),
        "(2, 3)",
        lambda shape: shape == (2, 3),
    )
    yield (
        "MLP.forward: A",
        lambda mytorch, x: mytorch.MLP([3, 4, 2]).forward(x),
        "(N, 3)",
        lambda shape: len(shape) == 2 and shape[0] > 0 and shape[1] == 3,
    )
    yield (
        "MLP.backward: dLdZ",
        lambda mytorch, x: after(network(mytorch), normal(2, 2)).backward(x),
        "(2, 3)",
        lambda shape: shape == (2, 3),
    )
    yield (
        "squared_error: d",
        lambda mytorch, x: mytorch.squared_error(normal(2, 3), x),
        "(2, 3)",
        lambda shape: shape == (2, 3),
    )


PLACES = list(places())


@pytest.fixture(params=["solved", "skeleton"])
def mytorch(request: pytest.FixtureRequest) -> Iterator[Any]:
    """The solved package, and the skeleton: the given lines of both must give the same messages."""
    with loaded(package(solved=request.param == "solved")) as found:
        yield found


@pytest.mark.parametrize(("what", "use", "wanted", "right"), PLACES, ids=[p[0] for p in PLACES])
def test_a_wrong_shape_gets_a_sentence(
    mytorch: Any, what: str, use: Use, wanted: str, right: Callable[[tuple[int, ...]], bool]
) -> None:
    """One axis, three, none; no entries; another N or width: no array is broadcast silently."""
    refused = 0
    for shape in SHAPES:
        if right(shape):
            continue
        with pytest.raises(ValueError, match=f"^{re.escape(f'{what} must be {wanted}, got')}") as e:
            use(mytorch, normal(*shape) if shape else np.float64(1))
        assert str(e.value) == f"{what} must be {wanted}, got {shape}"
        refused += 1
    assert refused >= 5


@pytest.mark.parametrize(("what", "use", "wanted", "right"), PLACES, ids=[p[0] for p in PLACES])
def test_what_is_no_array_of_numbers_gets_a_sentence(
    mytorch: Any, what: str, use: Use, wanted: str, right: Any
) -> None:
    """Lists, texts, None; objects, bytes that overflow, booleans, complex numbers."""
    for array, kind in NO_ARRAY:
        with pytest.raises(ValueError, match="must be an array of floats") as e:
            use(mytorch, array)
        assert str(e.value) == f"{what} must be an array of floats, got {kind}"


def test_squared_error_wants_numbers_of_any_shape(mytorch: Any) -> None:
    """The first argument may have any shape, but must be an array."""
    for array, kind in NO_ARRAY:
        with pytest.raises(ValueError, match=r"^squared_error: y must be an array of") as e:
            mytorch.squared_error(array, array)
        assert str(e.value) == f"squared_error: y must be an array of floats, got {kind}"
    with pytest.raises(ValueError, match=r"^squared_error: d must be \(3,\), got \(3, 1\)$"):
        mytorch.squared_error(normal(3), normal(3, 1))
    assert solved.squared_error(np.array([3, 1]), np.array([1, 1])) == 2
    assert solved.squared_error(3.0, 1.0) == 2  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sizes", "said"),
    [
        ((-3, 2), "Linear: in_features must be a whole number from 1 on, got -3"),
        ((0, 2), "Linear: in_features must be a whole number from 1 on, got 0"),
        ((3, 0), "Linear: out_features must be a whole number from 1 on, got 0"),
        ((3, 2.0), "Linear: out_features must be a whole number from 1 on, got 2.0"),
        (("3", 2), "Linear: in_features must be a whole number from 1 on, got '3'"),
        ((None, 2), "Linear: in_features must be a whole number from 1 on, got None"),
    ],
)
def test_a_wrong_size_gets_a_sentence(mytorch: Any, sizes: Any, said: str) -> None:
    """A layer has whole numbers of inputs and outputs, at least one of each."""
    with pytest.raises(ValueError, match="Linear") as e:
        mytorch.Linear(*sizes)
    assert str(e.value) == said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (([3],), "sizes must be at least two widths, got [3]"),
        ((3,), "sizes must be at least two widths, got 3"),
        ((None,), "sizes must be at least two widths, got None"),
        (("32",), "each of sizes must be a whole number from 1 on, got '3'"),
        (([3, -1],), "each of sizes must be a whole number from 1 on, got -1"),
        (([3, 2.7],), "each of sizes must be a whole number from 1 on, got 2.7"),
        (([3, [4], 2],), "each of sizes must be a whole number from 1 on, got [4]"),
        (([3, 4, 2], "relu"), "activation must be a class, got 'relu'"),
    ],
)
def test_a_wrong_network_gets_a_sentence(mytorch: Any, arguments: Any, said: str) -> None:
    """Widths are whole numbers, at least two of them; the activation is a class."""
    with pytest.raises(ValueError, match="MLP") as e:
        mytorch.MLP(*arguments)
    assert str(e.value) == f"MLP: {said}"


def test_an_activation_is_a_class_and_no_object(mytorch: Any) -> None:
    """Each place in the network gets its own object."""
    with pytest.raises(ValueError, match=r"^MLP: activation must be a class, got <.*ReLU object"):
        mytorch.MLP([3, 4, 2], mytorch.ReLU())
    assert len(mytorch.MLP(np.array([3, 4, 2]), mytorch.Sigmoid).f) == 1


@pytest.mark.parametrize("lr", [0, -0.1, np.nan, np.inf, "0.1", None, [0.1], np.array([0.1, 0.2])])
def test_a_wrong_step_size_gets_a_sentence(mytorch: Any, lr: Any) -> None:
    """nan is refused too, although it is not smaller than 0."""
    with pytest.raises(ValueError, match=r"^SGD: lr must be a finite number above 0, got ") as e:
        mytorch.SGD(network(mytorch), lr)
    assert str(e.value).endswith(f", got {lr!r}")


@pytest.mark.parametrize("name", [*ACTIVATIONS, "Linear", "SoftmaxCrossEntropy", "MLP"])
def test_backward_before_forward_gets_a_sentence(name: str) -> None:
    """There is no input yet for which a derivative could be computed."""
    sizes = {"Linear": (3, 2), "MLP": ([3, 2],)}.get(name, ())
    layer = getattr(solved, name)(*sizes)
    named = "Linear" if name == "MLP" else name
    with pytest.raises(RuntimeError, match=f"^{named}.backward: call forward first$"):
        layer.backward(*() if name == "SoftmaxCrossEntropy" else (normal(4, 2),))


@pytest.mark.parametrize(
    ("name", "array", "said"),
    [
        ("dLdW", normal(3, 2), "must be (2, 3), got (3, 2)"),
        ("dLdb", normal(2), "must be (2, 1), got (2,)"),
        ("dLdb", normal(1, 2), "must be (2, 1), got (1, 2)"),
        ("dLdb", None, "must be an array of floats, got NoneType"),
    ],
)
def test_a_step_along_another_shape_gets_a_sentence(name: str, array: Any, said: str) -> None:
    """A transposed derivative would turn a bias into a square matrix by broadcasting."""
    net = solved.MLP([3, 2])
    setattr(net.layers[0], name, array)
    with pytest.raises(ValueError, match=r"^SGD\.step: ") as e:
        solved.SGD(net).step()
    assert str(e.value) == f"SGD.step: {name} {said}"
    assert net.layers[0].b.shape == (2, 1)


@pytest.mark.parametrize("shape", [(2,), (1, 2), (2, 2)])
def test_a_bias_of_another_shape_gets_a_sentence(shape: tuple[int, ...]) -> None:
    """A bias with the shape of a row would be added along the batch if N equals C_out."""
    layer = solved.Linear(3, 2)
    layer.b = normal(*shape)
    with pytest.raises(ValueError, match=r"^Linear\.forward: b must be \(2, 1\), got ") as e:
        layer.forward(normal(2, 3))
    assert str(e.value).endswith(f"got {shape}")


def test_another_batch_is_another_shape() -> None:
    """The shape for `backward` follows the object's own last `forward`."""
    one, other = solved.Sigmoid(), solved.Sigmoid()
    one.forward(normal(2, 3))
    other.forward(normal(4, 3))
    one.forward(normal(5, 3))
    assert one.backward(normal(5, 3)).shape == (5, 3)
    assert other.backward(normal(4, 3)).shape == (4, 3)
    with pytest.raises(ValueError, match=r"must be \(5, 3\), got \(2, 3\)$"):
        one.backward(normal(2, 3))


@pytest.mark.parametrize("name", [*ACTIVATIONS, "Linear", "MLP"])
def test_what_is_given_asks_nothing_of_what_is_not(name: str) -> None:
    """If a student's `forward` lacks the given line, `backward` accepts every N."""
    file = next(e.file for e in EXERCISES.values() if e.target.split(".")[2] == name)
    source = package()[file.removeprefix("mytorch/")].decode()
    (given,) = (line for line in source.splitlines() if line.lstrip().startswith("self.seen = "))
    changes = replaced(file.removeprefix("mytorch/"), given, "")
    with loaded(package(changes=changes)) as mine:
        layer = getattr(mine, name)(*{"Linear": (3, 3), "MLP": ([3, 3],)}.get(name, ()))
        layer.forward(normal(4, 3))
        assert layer.backward(normal(4, 3)).shape == (4, 3)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_integers_are_numbers(name: str) -> None:
    """Integer input gives the same result as the same numbers with decimal points."""
    typed = np.array([[1, -2], [3, 0]])
    layer, same = getattr(solved, name)(), getattr(solved, name)()
    np.testing.assert_array_equal(layer.forward(typed), same.forward(typed.astype(float)))
    np.testing.assert_array_equal(layer.backward(typed), same.backward(typed.astype(float)))


KINDS = (np.float32, np.float64)


def in_kind(kind: Any, sizes: tuple[int, ...], activation: type) -> Any:
    """A network with weights of this kind; its biases are not 0, so that each one matters."""
    net = solved.MLP(sizes, activation, rng=np.random.default_rng(7))
    for layer in net.layers:
        layer.W, layer.b = layer.W.astype(kind), normal(*layer.b.shape).astype(kind)
    return net


def arrays_of(*objects: Any) -> dict[str, Any]:
    """Every array in the objects, and in their lists of layers and activations."""
    found: dict[str, Any] = {}
    for one in objects:
        for name, value in vars(one).items():
            if isinstance(value, np.ndarray):
                found[f"{type(one).__name__}.{name}"] = value
            elif isinstance(value, list):
                for k, part in enumerate(value, start=1):
                    found |= {f"{n} of {k}": array for n, array in arrays_of(part).items()}
    return found


@pytest.mark.parametrize("lr", [0.1, np.float32(0.1), np.float64(0.1)], ids=lambda lr: type(lr))
@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_training_keeps_the_kind_of_its_numbers(kind: Any, name: str, steps: int, lr: Any) -> None:
    """After forward, loss, backward and step, each array has the kind of the input."""
    net = in_kind(kind, (4, 5, 3), getattr(solved, name))
    A, Y = normal(6, 4).astype(kind), np.eye(3, dtype=kind)[[0, 1, 2, 0, 1, 2]]
    loss, descent = solved.SoftmaxCrossEntropy(), solved.SGD(net, lr)
    for _ in range(steps):
        Z = net.forward(A)
        assert isinstance(loss.forward(Z, Y), float)
        dLdZ = loss.backward()
        returned = {"Z": Z, "dLdZ": dLdZ, "dLdA": net.backward(dLdZ)}
        descent.step()
        found = {**arrays_of(net, loss), **returned}
        assert {"Linear.dLdb of 1", f"{name}.{'Z' if name == 'ReLU' else 'A'} of 1"} <= {*found}
        assert {array.dtype for array in found.values()} == {np.dtype(kind)}, found


@pytest.mark.parametrize("kind", KINDS)
def test_training_in_either_kind_follows_the_same_numbers(kind: Any) -> None:
    """Three steps give the same parameters as descent along central differences."""
    net, by_differences = (
        in_kind(kind, (4, 5, 3), solved.Sigmoid),
        differences.MLP((4, 5, 3), differences.Sigmoid),
    )
    for own, other in zip(net.layers, by_differences.layers):
        other.W, other.b = own.W.astype(float), own.b.astype(float)
    A, Y = normal(6, 4).astype(kind), np.eye(3, dtype=kind)[[0, 1, 2, 0, 1, 2]]
    for mytorch, one in ((solved, net), (differences, by_differences)):
        loss, descent = mytorch.SoftmaxCrossEntropy(), mytorch.SGD(one, 0.5)
        for _ in range(3):
            loss.forward(one.forward(A), Y)
            one.backward(loss.backward())
            descent.step()
    near = max(differences.DIFFERENCE_TOLERANCE, 100 * np.finfo(kind).eps)
    for own, other in zip(net.layers, by_differences.layers):
        for name in ("W", "b", "dLdW", "dLdb"):
            got, expected = getattr(own, name), getattr(other, name)
            np.testing.assert_allclose(got, expected, rtol=0, atol=near)
