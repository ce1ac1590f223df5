"""The live package: what follows a changed file, and what stays where that fails."""

import importlib
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from workbook import live

from autograder.harness.package import forget_package

Write = Callable[..., Any]


@pytest.fixture
def write(tmp_path: Path) -> Iterator[Write]:
    """Write files of a small `mytorch`, follow them, and give their modules."""
    forget_package("mytorch")
    (tmp_path / "mytorch").mkdir()
    live.attach_tree(tmp_path)

    def write(**files: str) -> Any:
        for name, source in files.items():
            path = tmp_path / "mytorch" / f"{name}.py"
            path.write_text(textwrap.dedent(source), "utf-8")
        failed = live.refresh_modules()
        if failed:
            raise next(iter(failed.values()))
        modules = [importlib.import_module(f"mytorch.{name}") for name in files]
        return modules[0] if len(modules) == 1 else modules

    yield write
    forget_package("mytorch")


def test_objects_made_earlier_follow(write: Write) -> None:
    """An object of a changed class has its new methods, and keeps what it holds."""
    layer = write(linear="class Linear:\n    def forward(self): return 1").Linear()
    layer.W = 7
    write(
        linear="class Linear:\n    def forward(self): return self.W\n    def more(self): return 2"
    )
    assert (layer.forward(), layer.more()) == (7, 2)


def test_names_imported_elsewhere_follow(write: Write) -> None:
    """A class, a function, a bound method that somebody took before are what the file says now."""
    before = """
        def half(x, by=2): return x / by
        class Linear:
            def forward(self): return 1
        """
    module = write(linear=before)
    Linear, half, forward = module.Linear, module.half, module.Linear().forward
    after = """
        def half(x, *, by=4):
            "Doc."
            return helper(x) / by
        def helper(x): return 2 * x
        class Linear:
            def forward(self): return 2
        """
    again = write(linear=after)
    assert (again.Linear, again.half) == (Linear, half)
    assert (half(4), half(4, by=2), half.__doc__) == (2, 4, "Doc.")
    assert (Linear().forward(), forward()) == (2, 2)


def test_super_follows(write: Write) -> None:
    """`super()` and `__class__` mean the live class, wherever in the class they stand."""
    before = """
        class Base:
            def name(self): return "base"
        class Linear(Base):
            def name(self): return "linear"
        """
    layer = write(linear=before).Linear()
    after = """
        from functools import wraps
        def louder(f):
            @wraps(f)
            def loud(self): return f(self).upper()
            return loud
        class Base:
            def name(self): return "base"
        class Linear(Base):
            def name(self): return "linear, " + super().name()
            @louder
            def loud(self): return super().name()
            @property
            def quiet(self): return super().name() + __class__.__name__
            @classmethod
            def kind(cls): return super().__name__
        """
    Linear = write(linear=after).Linear
    assert isinstance(layer, Linear)
    assert (layer.name(), layer.loud(), layer.quiet) == ("linear, base", "BASE", "baseLinear")
    write(linear=after.replace('"linear, "', '"again, "'))
    assert layer.name() == "again, base"
    write(linear=after.replace("super().name() +", '"x" +'))
    assert layer.quiet == "xLinear"


def test_properties_static_and_class_methods_follow(write: Write) -> None:
    """All that a class holds follows: attributes, properties, static and class methods."""
    source = """
        class Linear:
            scale = {0}
            @property
            def size(self): return {0}
            @staticmethod
            def times(x): return {0} * x
            @classmethod
            def make(cls):
                made = cls()
                made.made = {0}
                return made
            class Inner:
                value = {0}
        """
    Linear = write(linear=source.format(1)).Linear
    layer, inner = Linear(), Linear.Inner()
    write(linear=source.format(3))
    assert (layer.scale, layer.size, Linear.times(2), Linear.make().made) == (3, 3, 6, 3)
    assert inner.value == 3


def test_what_the_file_has_no_more_vanishes(write: Write) -> None:
    """A name deleted from the file is gone from the module and from the class."""
    source = """
        import math
        size = 1
        def helper(): return 1
        class Other: pass
        class Linear:
            rate = 1
            def forward(self): return helper()
            def backward(self): return 2
        """
    module = write(linear=source)
    layer = module.Linear()
    layer_class = module.Linear
    write(linear="class Linear:\n    def forward(self): return helper()")
    assert not {"math", "size", "helper", "Other"} & set(vars(module))
    assert not hasattr(layer, "backward")
    assert not hasattr(layer_class, "rate")
    with pytest.raises(NameError, match="helper"):
        layer.forward()


def test_subclasses_and_bases_in_other_modules_follow(write: Write) -> None:
    """A class is the same one for whoever derives from it."""
    base = "class Base:\n    def f(self): return {0}\n"
    derived = "from .base import Base\nclass Derived(Base):\n    value = {0}"
    _, module = write(base=base.format(1), derived=derived.format(1))
    made = module.Derived()
    write(base=base.format(2))
    assert (made.f(), made.value) == (2, 1)
    write(derived=derived.format(3))
    assert (made.f(), made.value) == (2, 3)
    assert type(made) is module.Derived


def test_the_file_itself_meets_the_live_class(write: Write) -> None:
    """Default arguments, tables, subclasses and objects of the same file hold the live class."""
    source = """
        class ReLU:
            version = {0}
        class Leaky(ReLU): pass
        Alias = ReLU
        TABLE = {{"relu": ReLU}}
        ready = ReLU()
        def network(activation=ReLU): return activation()
        """
    module = write(mlp=source.format(1))
    ReLU, Leaky = module.ReLU, module.Leaky
    write(mlp=source.format(2))
    assert module.ReLU is module.Alias is module.TABLE["relu"] is ReLU
    assert type(module.network()) is type(module.ready) is ReLU
    assert module.Leaky is Leaky
    assert Leaky().version == 2


def test_one_function_that_calls_the_one_before_it(write: Write) -> None:
    """Two definitions of one name, the second built on the first, do not become one."""
    module = write(m="def f(): return 1")
    f = module.f
    write(m="def f(): return 1\nfirst = f\ndef f(): return first() + 1")
    write(m="def f(): return 5\nfirst = f\ndef f(): return first() + 1")
    assert (f(), module.f()) == (6, 6)


def test_decorated_functions_are_new(write: Write) -> None:
    """What closes over something else cannot be changed in place, and is replaced."""
    source = """
        def twice(f):
            def wrapped(*a): return 2 * f(*a)
            return wrapped
        class Linear:
            @twice
            def forward(self): return {0}
        """
    layer = write(linear=source.format(1)).Linear()
    write(linear=source.format(2))
    assert layer.forward() == 4


def test_classes_of_other_kinds_follow(write: Write) -> None:
    """Protocols, abstract classes, data classes and slots are changed in place too."""
    source = """
        from abc import ABC, abstractmethod
        from dataclasses import dataclass
        from functools import cached_property
        from typing import NamedTuple, Protocol
        class Layer(Protocol):
            W: int
            def forward(self): return {0}
        class Part(ABC):
            @abstractmethod
            def f(self): ...
            def g(self): return {0}
        class Whole(Part):
            def f(self): return {0}
            @cached_property
            def h(self): return __class__.__name__ + "{0}"
        @dataclass
        class Point:
            x: int = {0}
        class Pair(NamedTuple):
            a: int = {0}
        class Slim:
            __slots__ = ("x",)
            def f(self): return {0}
        """
    module = write(kinds=source.format(1))
    whole, slim, old = module.Whole(), module.Slim(), dict(vars(module))
    slim.x = 3
    write(kinds=source.format(2))
    assert all(
        vars(module)[n] is old[n] for n in ("Layer", "Part", "Whole", "Point", "Pair", "Slim")
    )
    assert (whole.f(), whole.g(), whole.h, slim.f(), slim.x) == (2, 2, "Whole2", 2, 3)
    assert (old["Point"]().x, old["Pair"]().a) == (2, 2)
    with pytest.raises(TypeError, match="abstract"):
        old["Part"]()


def test_what_cannot_be_changed_in_place_is_replaced(
    write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    """Another layout, base or kind of class, an enumeration: the new one, and a sentence."""
    before = """
        from enum import Enum
        class Slim: __slots__ = ("x",)
        class Colour(Enum): RED = 1
        class Plain: pass
        class Based(Plain): pass
        class Thing: pass
        class Again: pass
        """
    after = """
        from enum import Enum, EnumMeta
        class Slim: __slots__ = ("x", "y")
        class Colour(Enum): BLUE = 2
        class Plain(dict): pass
        class Based(Slim): pass
        def Thing(): return 1
        class Again: kind = 1
        class Again(Again): kind = 2
        """
    module = write(m=before)
    old = dict(vars(module))
    write(m=after)
    for name in ("Slim", "Colour", "Plain", "Based", "Thing", "Again"):
        assert vars(module)[name] is not old[name], name
    said = "cannot be changed in place: restart the kernel to use the new one."
    named = ("Slim", "Colour", "Plain", "Based", "Thing", "Again")
    assert capsys.readouterr().out == "".join(f"{name} {said}\n" for name in named)
    assert [c.name for c in module.Colour] == ["BLUE"]
    assert (module.Plain(a=1)["a"], module.Thing(), module.Again.kind) == (1, 1, 2)


@pytest.mark.parametrize(
    "broken",
    [
        "class Base:\n    def f(self): return 2\nclass Linear(Base):\n    x = 2\n1 / 0",
        "class Linear:\n    x = 2\n    def g(self): return 2\n    y = unknown",
        "def half(x): return 0\nclass Base: pass\nclass Linear(Base): x = 2\nimport nowhere",
        "class Linear(:\n    pass",
        "class Linear:\n    x = 2\nraise SystemExit",
        "class Linear:\n    x = 2\nraise KeyboardInterrupt",
    ],
    ids=["error", "in a class", "import", "syntax", "exit", "interrupt"],
)
def test_where_execution_fails_all_is_as_it_was(write: Write, broken: str) -> None:
    """Module, classes and functions are the same objects with the same contents."""
    source = """
        '''Doc.'''
        size = 1
        def half(x, y=2): return x / y
        class Base:
            def f(self): return 1
        class Linear(Base):
            x = 1
            def f(self): return 10 + super().f()
            def g(self): return 1
        """
    module = write(linear=source)
    layer, names = module.Linear(), dict(vars(module))
    contents = {c: dict(vars(c)) for c in (module.Base, module.Linear)}
    code = module.half.__code__
    data = textwrap.dedent(broken).encode()
    with pytest.raises(BaseException), live.execute_module(module, data):  # noqa: B017, PT011
        pass
    assert vars(module) == names
    assert all(dict(vars(c)) == known for c, known in contents.items())
    assert module.Linear.__bases__ == (module.Base,)
    assert (layer.f(), layer.g(), layer.x, module.half(4)) == (11, 1, 1, 2)
    assert module.half.__code__ is code
    assert live.refresh_modules() == {}, "the file itself was never touched"


def test_a_file_changed_within_the_clocks_grain_is_noticed(write: Write, tmp_path: Path) -> None:
    """Bytes are compared, not times: an edit of the same length at the same time counts."""
    module = write(m="x = 1")
    path = tmp_path / "mytorch" / "m.py"
    when = path.stat().st_mtime_ns
    path.write_text("x = 2")
    os.utime(path, ns=(when, when))
    live.refresh_modules()
    assert module.x == 2


def test_reading_a_source_is_not_executing_it(write: Write, tmp_path: Path) -> None:
    """A tool that asks the loader for a changed file's text does not hide the change."""
    write(first="x = 1")
    module: Any = importlib.import_module("mytorch.first")
    (tmp_path / "mytorch" / "first.py").write_text("x = 2")
    assert module.__loader__.get_source("mytorch.first") == "x = 2"
    live.refresh_modules()
    assert module.x == 2


def test_files_that_need_each_other_are_executed_in_turn(write: Write, tmp_path: Path) -> None:
    """Where one changed file needs a name from another changed file, both follow."""
    write(a="from .b import x", b="x = 1")
    module, _ = write(a="from .b import y", b="y = 2")
    assert module.y == 2


def test_one_broken_file_costs_itself_alone(write: Write, tmp_path: Path) -> None:
    """A file that cannot be executed is reported, stays as it was, and is tried again."""
    a, b = write(a="x = 1", b="x = 1")
    (tmp_path / "mytorch" / "a.py").write_text("x = (")
    (tmp_path / "mytorch" / "b.py").write_text("x = 2")
    assert list(live.refresh_modules()) == ["mytorch.a"]
    assert (a.x, b.x) == (1, 2)
    assert isinstance(live.refresh_modules()["mytorch.a"], SyntaxError)
    (tmp_path / "mytorch" / "a.py").write_text("x = 3")
    assert live.refresh_modules() == {}
    assert a.x == 3


def test_a_deleted_file_is_gone(write: Write, tmp_path: Path) -> None:
    """A module whose file was deleted can no longer be imported."""
    write(a="x = 1")
    (tmp_path / "mytorch" / "a.py").unlink()
    assert live.refresh_modules() == {}
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("mytorch.a")


def test_a_file_wins_over_a_folder_of_its_name(write: Write, tmp_path: Path) -> None:
    """What is handed in as `m.py` is what runs, even beside a package `m`."""
    (tmp_path / "mytorch" / "m").mkdir()
    (tmp_path / "mytorch" / "m" / "__init__.py").write_text("x = 'folder'")
    (tmp_path / "mytorch" / "only").mkdir()
    (tmp_path / "mytorch" / "only" / "__init__.py").write_text("x = 'folder'")
    assert write(m="x = 'file'").x == "file"
    assert importlib.import_module("mytorch.only").x == "folder"


def test_attaching_twice_is_attaching_once(write: Write, tmp_path: Path) -> None:
    """The tree's package stays as it is; another tree's is refused; a stranger is too."""
    module = write(m="x = 1")
    (tmp_path / "notebooks").mkdir()
    assert live.attach_tree(tmp_path / "notebooks") == tmp_path
    assert importlib.import_module("mytorch.m") is module
    other = tmp_path / "other"
    (other / "mytorch").mkdir(parents=True)
    with pytest.raises(
        live.NotebookRefused, match=r"^mytorch was loaded from .*/mytorch, but this"
    ) as said:
        live.attach_tree(other)
    assert said.value._render_traceback_() == [str(said.value)]
    with pytest.raises(live.NotebookRefused, match=r"^There is no folder mytorch in "):
        live.attach_tree(other / "mytorch" / "deeper")


def test_modules_that_were_there_first_are_taken_over(tmp_path: Path) -> None:
    """A package that Python had imported by itself is followed from then on."""
    forget_package("mytorch")
    (tmp_path / "mytorch").mkdir()
    (tmp_path / "mytorch" / "__init__.py").write_text("from .m import f")
    (tmp_path / "mytorch" / "m.py").write_text("def f(): return 1")
    sys.path.insert(0, str(tmp_path))
    try:
        f = importlib.import_module("mytorch").f
        live.attach_tree(tmp_path)
        (tmp_path / "mytorch" / "m.py").write_text("def f(): return 2")
        live.refresh_modules()
        assert f() == 2
        assert importlib.import_module("mytorch").m.f is f
    finally:
        sys.path.remove(str(tmp_path))
        forget_package("mytorch")
    live.refresh_modules()  # nothing to follow, and no complaint


def python(folder: Path, code: str, path: Path) -> str:
    """What a fresh Python says, started in a folder, with another one on its path."""
    paths = [str(path), str(ROOT / "notebooks"), str(ROOT)]
    start = f"import sys; sys.path[:0] = {paths}\n"
    done = subprocess.run(
        [sys.executable, "-c", start + textwrap.dedent(code)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr


def test_the_tree_is_the_notebooks_own(tmp_path: Path) -> None:
    """In `notebooks/` the folder above is the tree, even beside a `notebooks/mytorch`."""
    for folder in ("tree/mytorch", "tree/notebooks/mytorch", "elsewhere/mytorch"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").write_text("")
        (tmp_path / folder / "m.py").write_text(f"where = {folder!r}")
    code = "import workbook\nfrom mytorch.m import where\nprint(where)"
    tree, elsewhere = tmp_path / "tree", tmp_path / "elsewhere"
    assert python(tree / "notebooks", code, elsewhere) == "tree/mytorch\n"
    assert python(tree, code, elsewhere) == "tree/mytorch\n"


def test_another_mytorch_is_refused(tmp_path: Path) -> None:
    """A `mytorch` loaded from anywhere else, or none at all, gets one sentence."""
    for folder in ("tree/mytorch", "tree/notebooks", "elsewhere/mytorch", "empty/notebooks"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "elsewhere" / "mytorch" / "__init__.py").write_text("")
    code = "import mytorch\ntry: import workbook\nexcept ImportError as e: print(e)"
    tree, elsewhere = tmp_path / "tree", tmp_path / "elsewhere"
    assert python(tree / "notebooks", code, elsewhere) == (
        f"mytorch was loaded from {elsewhere}/mytorch, but this workbook has {tree}/mytorch: "
        "restart the kernel, and open the notebook in its own workbook.\n"
    )
    empty = tmp_path / "empty" / "notebooks"
    assert python(empty, code.replace("import mytorch\n", ""), elsewhere) == (
        f"There is no folder mytorch in {empty} or beside it: open the workbook there. If the "
        "folder was deleted, type in a terminal, in the folder of your workbook: "
        "python3 notebooks --set-up\n"
    )
