"""The live package: the `mytorch` of this kernel, which is kept in step with its files.

A changed file is executed in its own module. An existing class or function is changed in place and
not replaced. So objects made earlier, names imported elsewhere, subclasses and `super()` use the
new code, and what the file does not define any more is removed. If the execution fails, module and
classes stay as they were.
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

PACKAGE_NAME = "mytorch"
MODULE_ATTRIBUTES = (
    *("__name__", "__file__", "__path__", "__package__"),
    *("__loader__", "__spec__", "__builtins__"),
)
SLOT_TYPES = (GetSetDescriptorType, MemberDescriptorType)  # they belong to the layout of one class
# The first is the same in both classes; the second is a cache that belongs to one class.
IGNORED_PARTS = ("__module__", "_abc_impl")
FUNCTION_PARTS = ("__code__", "__defaults__", "__kwdefaults__", "__doc__", "__annotations__")


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
                f"{PACKAGE_NAME}/{file.name} cannot be read ({error.strerror}): make it a file "
                "that you may read, then run this cell again"
            ) from None


def attach_tree(here: Path | None = None) -> Path:
    """Make `mytorch` the package of the tree around a folder (default: the current folder).

    Returns: the tree.
    Raises:  NotebookRefused: there is no tree, or another `mytorch` is loaded.
    """
    here = here or Path.cwd()
    places = (here.parent, here) if here.name == "notebooks" else (here, here.parent)
    tree = next((place for place in places if (place / PACKAGE_NAME).is_dir()), None)
    if tree is None:
        raise NotebookRefused(
            f"There is no folder {PACKAGE_NAME} in {here} or beside it: open the workbook there. "
            "If the folder was deleted, type in a terminal, in the folder of your workbook: "
            "python3 notebooks --set-up"
        )
    known = sys.modules.get(PACKAGE_NAME)
    found = Path(next(iter(getattr(known, "__path__", [])), "?"))
    if known and found.resolve() != (tree / PACKAGE_NAME).resolve():
        raise NotebookRefused(
            f"{PACKAGE_NAME} was loaded from {found}, but this workbook has {tree / PACKAGE_NAME}: "
            "restart the kernel, and open the notebook in its own workbook."
        )
    if not isinstance(known, StudentPackage):
        loaded = {n: m for n, m in sys.modules.items() if n.startswith(f"{PACKAGE_NAME}.")}
        package = register_package(tree / PACKAGE_NAME, HOMES, loader=KernelLoader)
        sys.modules.update(loaded)  # Python loaded these; from now on they follow their files
        vars(package).update({name.rpartition(".")[2]: m for name, m in loaded.items()})
    return tree


def attached_package() -> StudentPackage:
    """The registered `mytorch`. Raises: NotebookRefused: another module has replaced it."""
    found = sys.modules.get(PACKAGE_NAME)
    if not isinstance(found, StudentPackage):
        raise NotebookRefused(
            f"Another {PACKAGE_NAME} has replaced the one of the workbook: restart the kernel."
        )
    return found


def attached_tree() -> Path:
    """The folder that holds `mytorch`."""
    return Path(attached_package().__path__[0]).parent


def refresh_modules(*_: object) -> dict[str, BaseException]:
    """Execute every loaded module whose file was changed by hand or by another kernel.

    Returns: by module, why its file cannot be executed; such a module stays as it was.
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
    # If only some failed, they may have needed another module, which is up to date now.
    return refresh_modules() if 0 < len(failed) < len(waiting) else failed


def changed_modules() -> Iterator[tuple[str, bytes | OSError]]:
    """The loaded modules whose files have changed since they were executed, with the new contents,
    or with the reason why they cannot be read.

    A module whose file is gone is unloaded, so that importing it raises an error.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{PACKAGE_NAME}.") and module.__file__:
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
    """Execute a file's new text in its module, update live classes in place, and run the block.

    Raises: what the text or the block raises; module and classes are then as they were.
    """
    with warnings.catch_warnings(action="ignore", category=SyntaxWarning):
        code = compile(data, module.__file__ or "?", "exec", dont_inherit=True)
    names = vars(module)
    before = dict(names)
    with ExitStack() as undo:
        undo.callback(names.update, before)
        undo.callback(names.clear)
        names.clear()
        names.update(
            {name: before[name] for name in MODULE_ATTRIBUTES if name in before}, __doc__=None
        )
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
            print(f"{name} cannot be changed in place: restart the kernel to use the new one.")


class ModuleNames(UserDict[str, Any]):
    """A module's names while its file is executed.

    A class is changed in place as soon as it is bound, so that the rest of the file (default
    arguments, tables, subclasses) uses the live class. `undo` gets the steps that restore it.

    has_closures  whether methods may close over their class, as those with `super()` do
    """

    def __init__(
        self, names: dict[str, Any], before: dict[str, Any], undo: ExitStack, has_closures: bool
    ) -> None:
        self.data, self.before, self.undo = names, before, undo
        self.has_closures = has_closures

    def __setitem__(self, name: str, value: Any) -> None:
        is_class = isinstance(value, type)
        self.data[name] = self.follow(self.before.get(name), value) if is_class else value

    def follow(self, old: Any, new: Any) -> Any:
        """Change a class or function in place to its new definition.

        Returns: the old one, changed; the new one if the old one cannot become like it.
        """
        if old is new or not same_definition(old, new) or not fits_in_place(old, new):
            return new
        known = definition_parts(old)
        self.undo.callback(become_definition, old, known)
        become_definition(
            old,
            {name: self.follow(known.get(name), p) for name, p in definition_parts(new).items()},
        )
        if self.has_closures and isinstance(
            new, type
        ):  # only if needed, because a search of all objects takes milliseconds
            for holder in gc.get_referrers(new):
                if isinstance(holder, CellType):  # however the method is wrapped
                    holder.cell_contents = old
        return old


def same_definition(old: Any, new: Any) -> bool:
    """Whether two objects were defined in the same place under the same name."""
    return all(getattr(old, n, 0) == getattr(new, n, 1) for n in ("__module__", "__qualname__"))


def fits_in_place(old: Any, new: Any) -> bool:
    """Whether one class or function can become another one in place."""
    if isinstance(old, FunctionType) and isinstance(new, FunctionType):
        free = new.__code__.co_freevars  # other closures hold new values, too
        return old.__code__.co_freevars == free and free in ((), ("__class__",))
    if not isinstance(old, type) or type(old) is not type(new):
        return False
    slots, others = (vars(kind).get("__slots__") for kind in (old, new))
    plain = type(old).__setattr__ is type.__setattr__
    return plain and old.__bases__ == new.__bases__ and slots == others


def definition_parts(thing: Any) -> dict[str, Any]:
    """The parts of a class or function, by attribute."""
    if isinstance(thing, FunctionType):
        return {name: getattr(thing, name) for name in FUNCTION_PARTS}
    own = vars(thing).items()
    return {n: v for n, v in own if not isinstance(v, SLOT_TYPES) and n not in IGNORED_PARTS}


def become_definition(thing: Any, known: dict[str, Any]) -> None:
    """Give a class or function exactly these parts."""
    for name in definition_parts(thing).keys() - known.keys():
        delattr(thing, name)
    for name, part in known.items():
        setattr(thing, name, part)
