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
from contextlib import ExitStack, contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CellType, FunctionType, GetSetDescriptorType, MemberDescriptorType, ModuleType
from typing import Any

from autograder.advice.parity import grader_builtins, run_as_in_grader
from autograder.exercises import HOMES
from autograder.harness.package import SourceLoader, StudentPackage, register_package

from .refusal import NotebookRefused as NotebookRefused

NAME = "mytorch"
KEPT = ("__name__", "__file__", "__path__", "__package__", "__loader__", "__spec__", "__builtins__")
SLOTS = (GetSetDescriptorType, MemberDescriptorType)  # they belong to one class's layout
LEFT = ("__module__", "_abc_impl")  # the same anyway, and the cache of one class
FACETS = ("__code__", "__defaults__", "__kwdefaults__", "__doc__", "__annotations__")


class KernelLoader(SourceLoader):
    """Loads a module of `mytorch` with the built-in names that it has in the grader."""

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        module = ModuleType(spec.name)
        vars(module)["__builtins__"] = grader_builtins()
        return module

    def get_data(self, path: str) -> bytes:
        try:
            return super().get_data(path)
        except OSError as error:
            file = Path(path)
            raise NotebookRefused(
                f"{NAME}/{file.name} cannot be read ({error.strerror}): make it a file that you "
                "may read, then run this cell again"
            ) from None


def attach_tree(here: Path | None = None) -> Path:
    """Let `mytorch` be that of the tree around a folder (the working directory), and no other.

    Returns: the tree.  Raises: NotebookRefused: there is none, or another `mytorch` is loaded.
    """
    here = here or Path.cwd()
    places = (here.parent, here) if here.name == "notebooks" else (here, here.parent)
    tree = next((place for place in places if (place / NAME).is_dir()), None)
    if tree is None:
        raise NotebookRefused(
            f"There is no folder {NAME} in {here} or beside it: open the workbook there. If the "
            "folder was deleted, type in a terminal, in the folder of your workbook: "
            "python3 notebooks --set-up"
        )
    known = sys.modules.get(NAME)
    found = Path(next(iter(getattr(known, "__path__", [])), "?"))
    if known and found.resolve() != (tree / NAME).resolve():
        raise NotebookRefused(
            f"{NAME} was loaded from {found}, but this workbook's is {tree / NAME}: "
            "restart the kernel, and open notebooks where they belong."
        )
    if not isinstance(known, StudentPackage):
        loaded = {n: m for n, m in sys.modules.items() if n.startswith(f"{NAME}.")}
        package = register_package(tree / NAME, HOMES, loader=KernelLoader)
        sys.modules.update(loaded)  # by Python itself; from now on they follow their files
        vars(package).update({name.rpartition(".")[2]: m for name, m in loaded.items()})
    return tree


def attached_package() -> StudentPackage:
    """The registered `mytorch`.  Raises: NotebookRefused: something else has taken its place."""
    found = sys.modules.get(NAME)
    if not isinstance(found, StudentPackage):
        raise NotebookRefused(f"{NAME} is not the workbook's any more: restart the kernel.")
    return found


def attached_tree() -> Path:
    """The folder that holds `mytorch`."""
    return Path(attached_package().__path__[0]).parent


def refresh_modules(*_: object) -> dict[str, BaseException]:
    """Execute every loaded module whose file has changed since, by hand or by another kernel.

    Returns: by module, why its file cannot be executed; such a module is as it was.
    """
    waiting = dict(changed_modules())
    failed: dict[str, BaseException] = {}
    for name, data in waiting.items():
        try:
            if isinstance(data, OSError):
                raise data
            with execute_module(sys.modules[name], data):
                pass
        except (Exception, SystemExit) as error:
            failed[name] = error
    some = 0 < len(failed) < len(waiting)  # may need another that has followed its file by now
    return refresh_modules() if some else failed


def changed_modules() -> Iterator[tuple[str, bytes | OSError]]:
    """The loaded modules whose files hold something else than was executed, with what they hold,
    or why they cannot be read.

    A module without a file is forgotten, so that importing it says so.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{NAME}.") and module.__file__:
            try:
                data = Path(module.__file__).read_bytes()
            except FileNotFoundError:
                del sys.modules[name]
                continue
            except OSError as error:
                yield name, error
                continue
            if data != getattr(module.__loader__, "executed", None):
                yield name, data


@contextmanager
def execute_module(module: ModuleType, data: bytes) -> Iterator[None]:
    """Execute a file's new text in its module, change what is live in place, and run the block.

    Raises: whatever text or block raises; module and classes are then as they were.
    """
    with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
        code = compile(data, module.__file__ or "?", "exec", dont_inherit=True)
    names = vars(module)
    before = dict(names)
    with ExitStack() as undo:
        undo.callback(names.update, before)
        undo.callback(names.clear)
        names.clear()
        names.update({name: before[name] for name in KEPT if name in before}, __doc__=None)
        following = ModuleNames(names, before, undo, b"super" in data or b"__class__" in data)
        names["__builtins__"] = grader_builtins()
        with run_as_in_grader(attached_tree()):
            exec(code, names, following)
        for name, value in list(names.items()):
            if isinstance(value, FunctionType):
                names[name] = following.follow(before.get(name), value)
        yield
        undo.pop_all()
    vars(module.__loader__)["executed"] = data
    for name, old in before.items():
        if (
            isinstance(old, type)
            and same_definition(old, names.get(name))
            and old is not names[name]
        ):
            print(f"{name} cannot be changed in place: restart the kernel, so that all follows it.")


class ModuleNames(UserDict[str, Any]):
    """A module's names while its file is executed.

    A class is changed in place the moment it is bound, so that the rest of the file (default
    arguments, tables, subclasses) meets the live one. `undo` learns the way back.

    closed: whether methods may close over their class, as those with `super()` do.
    """

    def __init__(
        self, names: dict[str, Any], before: dict[str, Any], undo: ExitStack, closed: bool
    ) -> None:
        self.data, self.before, self.undo, self.closed = names, before, undo, closed

    def __setitem__(self, name: str, value: Any) -> None:
        is_class = isinstance(value, type)
        self.data[name] = self.follow(self.before.get(name), value) if is_class else value

    def follow(self, old: Any, new: Any) -> Any:
        """Change a class or function in place to what it is now.

        Returns: the old one, changed; the new one where it is another thing or another layout.
        """
        if old is new or not same_definition(old, new) or not fits_in_place(old, new):
            return new
        known = definition_parts(old)
        self.undo.callback(become_definition, old, known)
        become_definition(
            old,
            {name: self.follow(known.get(name), p) for name, p in definition_parts(new).items()},
        )
        if self.closed and isinstance(new, type):  # looking at every object takes milliseconds
            for holder in gc.get_referrers(new):
                if isinstance(holder, CellType):  # in however wrapped a method
                    holder.cell_contents = old
        return old


def same_definition(old: Any, new: Any) -> bool:
    """Whether two things were defined in the same place under the same name."""
    return all(getattr(old, n, 0) == getattr(new, n, 1) for n in ("__module__", "__qualname__"))


def fits_in_place(old: Any, new: Any) -> bool:
    """Whether one class or function can become another one in place."""
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        free = new.__code__.co_freevars  # else what it closes over is new as well
        return old.__code__.co_freevars == free and free in ((), ("__class__",))
    if not isinstance(old, type) or type(old) is not type(new):
        return False
    slots, others = (vars(kind).get("__slots__") for kind in (old, new))
    plain = type(old).__setattr__ is type.__setattr__
    return plain and old.__bases__ == new.__bases__ and slots == others


def definition_parts(thing: Any) -> dict[str, Any]:
    """What a class or function consists of, by attribute."""
    if isinstance(thing, FunctionType):
        return {name: getattr(thing, name) for name in FACETS}
    own = vars(thing).items()
    return {n: v for n, v in own if not isinstance(v, SLOTS) and n not in LEFT}


def become_definition(thing: Any, known: dict[str, Any]) -> None:
    """Let a class or function consist of these parts, and of no others."""
    for name in definition_parts(thing).keys() - known.keys():
        delattr(thing, name)
    for name, part in known.items():
        setattr(thing, name, part)
