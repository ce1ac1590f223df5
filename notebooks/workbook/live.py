"""The live package: `mytorch` as this kernel has it, always following its files.

A changed file is executed in its own module. A class that was there before is not replaced but
changed in place, and so is a function: objects made earlier, names imported anywhere, subclasses
and `super()` follow the file, and what the file has no more is gone. Where the execution fails,
module and classes are as they were.
"""

import gc
import sys
import warnings
from collections import UserDict
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import CellType, FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any

from autograder.exercises import HOMES
from autograder.package import Package, register

NAME = "mytorch"
KEPT = ("__name__", "__file__", "__path__", "__package__", "__loader__", "__spec__", "__builtins__")
SLOTS = (GetSetDescriptorType, MemberDescriptorType)  # they belong to one class's layout
LEFT = ("__module__", "_abc_impl")  # the same anyway, and the cache of one class
MISSING = object()


class Refused(ImportError):
    """Why this notebook cannot work: one sentence, which Jupyter shows without a traceback."""

    def _render_traceback_(self) -> list[str]:
        return [str(self)]


def attach(here: Path | None = None) -> Path:
    """Let `mytorch` be that of the tree around a folder (the working directory), and no other.

    Returns: the tree.  Raises: Refused: there is none, or another `mytorch` is loaded.
    """
    here = here or Path.cwd()
    places = (here.parent, here) if here.name == "notebooks" else (here, here.parent)
    tree = next((place for place in places if (place / NAME).is_dir()), None)
    if tree is None:
        raise Refused(f"There is no folder {NAME} in {here} or beside it: open the workbook there.")
    known = sys.modules.get(NAME)
    found = Path(next(iter(getattr(known, "__path__", [])), "?"))
    if known and found.resolve() != (tree / NAME).resolve():
        raise Refused(
            f"{NAME} was loaded from {found}, but this workbook's is {tree / NAME}: "
            "restart the kernel, and open notebooks where they belong."
        )
    if not isinstance(known, Package):
        loaded = {n: m for n, m in sys.modules.items() if n.startswith(f"{NAME}.")}
        package = register(tree / NAME, HOMES)
        for name, module in loaded.items():  # by Python itself; from now on they follow their files
            sys.modules[name] = module
            setattr(package, name.rpartition(".")[2], module)
    return tree


def package() -> Package:
    """The registered `mytorch`.  Raises: Refused: something else has taken its place."""
    found = sys.modules.get(NAME)
    if not isinstance(found, Package):
        raise Refused(f"{NAME} is not the workbook's any more: restart the kernel.")
    return found


def tree() -> Path:
    """The folder that holds `mytorch`."""
    return Path(package().__path__[0]).parent


def refresh() -> dict[str, BaseException]:
    """Execute every loaded module whose file has changed since.

    Returns: by module, why its file cannot be executed; such a module is as it was.
    """
    while True:
        waiting = dict(changed())
        failed: dict[str, BaseException] = {}
        for name, data in waiting.items():
            try:
                execute(sys.modules[name], data)
            except (Exception, SystemExit) as error:
                failed[name] = error
        if len(failed) in (0, len(waiting)):
            return failed  # else one may need another that has followed its file by now


def follow_files(*_: object) -> None:
    """Follow what was edited by hand or by another kernel; run before every cell."""
    refresh()


def changed() -> Iterator[tuple[str, bytes]]:
    """The loaded modules whose files hold something else than was executed, with what they hold.

    A module without a file is forgotten, so that importing it says so.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{NAME}.") and module.__file__:
            try:
                data = Path(module.__file__).read_bytes()
            except FileNotFoundError:
                del sys.modules[name]
                continue
            if data != getattr(module.__loader__, "executed", None):
                yield name, data


def execute(module: ModuleType, data: bytes) -> None:
    """Execute a file's new text in its module, and change what is live in place.

    Raises: whatever the text raises; module and classes are then as they were.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        code = compile(data, module.__file__ or "?", "exec", dont_inherit=True)
    names = vars(module)
    before = dict(names)
    undo = ExitStack()
    for name in before.keys() - set(KEPT):
        del names[name]
    names["__doc__"] = None
    try:
        exec(code, names, Names(module, before, undo))
        for name, value in list(names.items()):
            if isinstance(value, FunctionType):
                names[name] = follow(before.get(name), value, undo)
    except BaseException:
        undo.close()
        names.clear()
        names.update(before)
        raise
    vars(module.__loader__)["executed"] = data
    for name, old in before.items():
        own = isinstance(old, type) and old.__module__ == module.__name__
        if own and alike(old, names.get(name)) and old is not names[name]:
            print(f"{name} cannot be changed in place: restart the kernel, so that all follows it.")


class Names(UserDict[str, Any]):
    """A module's names while its file is executed.

    A class is changed in place the moment it is bound, so that the rest of the file (default
    arguments, tables, subclasses) meets the live one.
    """

    def __init__(self, module: ModuleType, before: dict[str, Any], undo: ExitStack) -> None:
        self.data, self.module, self.before, self.undo = vars(module), module, before, undo

    def __setitem__(self, name: str, value: Any) -> None:
        if isinstance(value, type) and value.__module__ == self.module.__name__:
            value = follow(self.before.get(name), value, self.undo)
        self.data[name] = value


def follow(old: Any, new: Any, undo: ExitStack) -> Any:
    """Change a class or function in place to what it is now.

    Returns: the old one, changed; the new one where it is another thing or another layout.
    """
    if old is new or not alike(old, new):
        return new
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        return change_function(old, new, undo)
    if isinstance(old, type) and isinstance(new, type):
        return change_class(old, new, undo)
    return new


def alike(old: Any, new: Any) -> bool:
    """Whether two things were defined in the same place under the same name."""
    return all(getattr(old, n, 0) == getattr(new, n, 1) for n in ("__module__", "__qualname__"))


def change_function(old: FunctionType, new: FunctionType, undo: ExitStack) -> FunctionType:
    free = new.__code__.co_freevars
    if old.__code__.co_freevars != free or free not in ((), ("__class__",)):
        return new  # what it closes over is new as well
    for name in ("__code__", "__defaults__", "__kwdefaults__", "__doc__", "__annotations__"):
        put(old, name, getattr(new, name), undo)
    return old


def change_class(old: type, new: type, undo: ExitStack) -> type:
    slots = [vars(c).get("__slots__") for c in (old, new)]
    plain = type(old) is type(new) and type(old).__setattr__ is type.__setattr__
    if not plain or slots[0] != slots[1] or old in new.__mro__:
        return new
    if old.__bases__ != new.__bases__:
        try:
            put(old, "__bases__", new.__bases__, undo)
        except TypeError:
            return new
    for name in vars(old).keys() - vars(new).keys():
        put(old, name, MISSING, undo)
    for name, value in list(vars(new).items()):
        if not isinstance(value, SLOTS) and name not in LEFT:
            put(old, name, follow(vars(old).get(name), value, undo), undo)
    for holder in gc.get_referrers(new):
        if isinstance(holder, CellType):  # what `super()` goes by, in however wrapped a method
            holder.cell_contents = old
    return old


def put(owner: Any, name: str, value: Any, undo: ExitStack) -> None:
    """Set an attribute, or delete it where there is no value; `undo` learns the way back."""
    own = isinstance(owner, type) and name != "__bases__"
    before = vars(owner).get(name, MISSING) if own else getattr(owner, name)
    assign(owner, name, value)
    undo.callback(assign, owner, name, before)


def assign(owner: Any, name: str, value: Any) -> None:
    if value is not MISSING:
        setattr(owner, name, value)
    else:
        delattr(owner, name)
