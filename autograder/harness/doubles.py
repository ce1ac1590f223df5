"""Doubles: stand-ins for the student's own layers, so that a network is scored on its order.

A mistake in `Linear` must not cost the points of `MLP`. So the network is also driven on
layers whose `__init__`, `forward` and `backward` are replaced. A double records what it gets
and returns numbers drawn beforehand, nobody's answer, shifted by a checksum of what it got:
whoever hands a layer the wrong array gets other numbers from there on.
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

SAW = "saw "  # what the doubles were given travels beside the tensors, under this prefix
Log = list[tuple[str, Array]]


def install_double(target: str, seed: int, log: Log, package: str) -> None:
    """Replace the methods of one of the student's classes by a double's.

    Args: target: `mytorch.linear.Linear`; a file that cannot be loaded, or lacks the class, gets
              a bare one, so that what builds on it can be scored all the same.
          log: what each double gets is appended here.
    """
    _, home, name = target.split(".")
    try:
        module = import_module(f"{package}.{home}")
    except BaseException:
        module = sys.modules[f"{package}.{home}"] = ModuleType(f"{package}.{home}")
        setattr(sys.modules[package], home, module)  # for those who write `import mytorch.linear`
    owner = vars(module).get(name)
    if not isinstance(owner, type):
        owner = type(name, (), {})
        setattr(module, name, owner)
    double = DOUBLES.get(target, Double(target))
    for attribute in (*double.parameters, *double.stores):
        if isinstance(inspect.getattr_static(owner, attribute, None), property):
            setattr(owner, attribute, None)  # it may refuse what is set
    methods = double_methods(double, seed, log)
    for method, function in methods.items():
        original = vars(owner).get(method)
        aliases = [a for a, v in vars(owner).items() if original is not None and v is original]
        for attribute in {method, *aliases}:
            setattr(owner, attribute, function)
    if "__call__" in vars(owner):
        setattr(owner, "__call__", methods["forward"])  # noqa: B010 - set on a class, by name


def double_methods(double: Double, seed: int, log: Log) -> Mapping[str, Callable[..., Any]]:
    """The methods of a double: `__init__`, `forward` and `backward`."""
    name = double.target.rpartition(".")[2]
    widths: dict[int, tuple[int, int]] = {}  # by object: it may have __slots__
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
    """Append a copy of what a double was given; the double works on the copy."""
    copy = np.array(array, dtype=np.float64)
    if copy.ndim != 2:
        raise ValueError(f"{method}: expected two axes, got shape {copy.shape}")
    log.append((method, copy))
    return copy


@cache
def draw_numbers(shape: tuple[int, ...], *key: Any) -> Array:
    """Numbers in [−1, 1) that depend on the key and the shape alone, on every machine."""
    bits = shake_128(repr((shape, *key)).encode()).digest(8 * prod(shape))
    values = (np.frombuffer(bits, "<u8") >> 11).reshape(shape) * 2.0**-52 - 1
    values.flags.writeable = False
    return values


def array_checksum(array: Array, seed: int) -> float:
    """One number that changes with every entry."""
    return float(np.sum(array * draw_numbers(array.shape, seed, "checksum")))


def drive_on_doubles(
    targets: Iterable[str], seed: int, name: str = "mytorch"
) -> Callable[..., Answer]:
    """Replace the classes of `targets` for good, and return what drives an exercise on them.

    Args:    name: the registered package.
    Returns: `driving.drive_case`, whose tensors also hold what each double was given, in order.
    """
    log: Log = []
    for target in targets:
        install_double(target, seed, log, name)

    def answer(*arguments: Any) -> Answer:
        log.clear()
        given = driving.drive_case(*arguments)
        saw = {f"{SAW}{i:02} {method}": array for i, (method, array) in enumerate(log)}
        return replace(given, tensors={**given.tensors, **saw})

    return answer
