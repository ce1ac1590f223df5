"""Doubles replace the student's own layers, so that a network is scored on how it uses them.

A mistake in `Linear` must not cost the points of `MLP`. So the network is also driven on layers
whose `__init__`, `forward` and `backward` are replaced. A double records its arguments and returns
random numbers that depend on a seed, plus a checksum of its arguments. They are not the right
result, but if a network passes a wrong array to a layer, all later numbers change.
"""

import inspect
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from hashlib import shake_128
from importlib import import_module
from math import prod
from types import ModuleType
from typing import Any

import numpy as np

from autograder.exercises import DOUBLES
from autograder.model import Answer, Array, Double

from . import driving

RECEIVED = "saw "  # the prefix under which the arguments of doubles are sent beside the tensors
Log = list[tuple[str, Array]]


def install_double(target: str, seed: int, log: Log, package: str) -> None:
    """Replace the methods of one of the student's classes by those of a double.

    Args: target: for example `mytorch.linear.Linear`. If its file cannot be loaded, or lacks the
              class, an empty class is made, so that code that uses it can still be scored.
          log: gets the arguments of each call.
          package: the name of the registered package.
    """
    _, home, name = target.split(".")
    try:
        module = import_module(f"{package}.{home}")
    except BaseException:
        module = sys.modules[f"{package}.{home}"] = ModuleType(f"{package}.{home}")
        setattr(sys.modules[package], home, module)  # so that `import mytorch.linear` works
    owner = vars(module).get(name)
    if not isinstance(owner, type):
        owner = type(name, (), {})
        setattr(module, name, owner)
    double = DOUBLES.get(target, Double(target))
    for attribute in (*double.parameters, *double.stores):
        if isinstance(inspect.getattr_static(owner, attribute, None), property):
            setattr(owner, attribute, None)  # a property may refuse assignment
    methods = double_methods(double, seed, log)
    for method, function in methods.items():
        original = vars(owner).get(method)
        aliases = [a for a, v in vars(owner).items() if original is not None and v is original]
        for attribute in {method, *aliases}:
            setattr(owner, attribute, function)
    if "__call__" in vars(owner):
        setattr(owner, "__call__", methods["forward"])  # noqa: B010 - set on a class, by name


def double_methods(double: Double, seed: int, log: Log) -> Mapping[str, Callable[..., Any]]:
    """The methods of a double: `__init__`, `forward` and `backward`.

    Args: log: gets the arguments of each call.
    """
    name = double.target.rpartition(".")[2]
    widths: dict[int, tuple[int, int]] = {}  # by object id: the class may have __slots__
    last: dict[int, Array] = {}

    def __init__(
        self: Any, in_features: Any = 0, out_features: Any = 0, *_: Any, **__: Any
    ) -> None:
        widths[id(self)] = (int(in_features), int(out_features)) if double.sized else (0, 0)
        last.pop(id(self), None)

    def shift(self: Any, *received: Array) -> float:
        own = [np.ravel(getattr(self, n, 0.0)).astype(float) for n in double.parameters]
        return sum(array_checksum(array, seed) for array in (*received, *own))

    def forward(self: Any, A: Array) -> Array:
        A = last[id(self)] = record_call(log, f"{name}.forward", A)
        c_in, c_out = widths[id(self)]
        values = draw_numbers((len(A), c_out or A.shape[1]), seed, name, c_in) + shift(self, A)
        if double.output:
            values = double.output(values)
        if double.keeps:
            setattr(self, double.keeps, values)
        return values

    def backward(self: Any, dLdZ: Array) -> Array:
        if id(self) not in last:
            raise RuntimeError(f"{name}.backward: call forward first")
        A, dLdZ = last[id(self)], record_call(log, f"{name}.backward", dLdZ)
        for attribute, made_of in double.stores.items():
            setattr(self, attribute, made_of(A, dLdZ))
        c_in, c_out = widths[id(self)]
        values = draw_numbers((len(dLdZ), c_in or dLdZ.shape[1]), seed, name, c_out, "back")
        return values + shift(self, A, dLdZ)

    return {"__init__": __init__, "forward": forward, "backward": backward}


def record_call(log: Log, method: str, array: Any) -> Array:
    """Append a copy of a double's argument to the log, and return the copy (2 axes, float64).

    Raises: ValueError: the argument does not have two axes.
    """
    copy = np.array(array, dtype=np.float64)
    if copy.ndim != 2:
        raise ValueError(f"{method}: expected two axes, got shape {copy.shape}")
    log.append((method, copy))
    return copy


@cache
def draw_numbers(shape: tuple[int, ...], *key: Any) -> Array:
    """Numbers in [−1, 1) that depend only on the key and the shape. They are read-only."""
    bits = shake_128(repr((shape, *key)).encode()).digest(8 * prod(shape))
    values = (np.frombuffer(bits, "<u8") >> 11).reshape(shape) * 2.0**-52 - 1
    values.flags.writeable = False
    return values


def array_checksum(array: Array, seed: int) -> float:
    """A random weighted sum: one number that changes if any entry changes."""
    return float(np.sum(array * draw_numbers(array.shape, seed, "checksum")))


def drive_on_doubles(
    targets: Iterable[str], seed: int, name: str = "mytorch"
) -> Callable[..., Answer]:
    """Replace the classes of `targets` by doubles, and return a function like `drive_case`.

    The classes are not restored, so this belongs in a process that ends afterwards.

    Args:    name: of the registered package.
    Returns: `driving.drive_case`, whose answer also holds the arguments of each double, in order.
    """
    log: Log = []
    for target in targets:
        install_double(target, seed, log, name)

    def drive(*arguments: Any, **options: Any) -> Answer:
        log.clear()
        answer = driving.drive_case(*arguments, **options)
        received = {f"{RECEIVED}{i:02} {method}": array for i, (method, array) in enumerate(log)}
        return replace(answer, tensors={**answer.tensors, **received})

    return drive
