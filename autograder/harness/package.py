"""Load the student's package so that each module is loaded on its own.

Python would run `mytorch/__init__.py` first, and with it every file that it imports: one syntax
error would break all of them. Here the package is registered before any file is read. A module is
loaded when one of its names is first used, and always from its source.
"""

import sys
from collections.abc import Mapping
from importlib import import_module
from importlib.machinery import FileFinder, ModuleSpec, SourceFileLoader
from importlib.util import find_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, Never


class MissingName(AttributeError):
    """A class or function that an exercise needs is missing, or its file is.

    missing: the file, `mytorch/linear.py`, or what it lacks, `mytorch/linear.py:Linear`.
    """

    def __init__(self, text: str, missing: str = "") -> None:
        super().__init__(text)
        self.missing = missing


class SourceLoader(SourceFileLoader):
    """Loads a module from its source, never from a cached `.pyc`, which may be older.

    Python compiles the source, so a traceback has no frame of ours between a student's import and
    the line with a syntax error.

    executed: the source that was executed last, to find out whether the file has changed.
    """

    def path_stats(self, path: str) -> Never:
        raise OSError("no cache is used")

    def get_data(self, path: str) -> bytes:
        data = super().get_data(path)
        vars(self).setdefault("executed", data)  # later reads are not executed
        return data


class FreshFinder(FileFinder):
    """Finds the modules in a package's folder, even those that were written a moment ago.

    A file takes precedence over a folder of the same name. (Python would take the folder.)
    """

    def __init__(self, folder: str, loader: type[SourceLoader]) -> None:
        super().__init__(folder, (loader, [".py"]))
        self.loader = loader

    def find_spec(self, fullname: str, target: ModuleType | None = None) -> ModuleSpec | None:
        file = Path(self.path, f"{fullname.rpartition('.')[2]}.py")
        if file.is_file():
            return spec_from_file_location(fullname, file, loader=self.loader(fullname, str(file)))
        self.invalidate_caches()
        return super().find_spec(fullname, target)


class StudentPackage(ModuleType):
    """A package that takes each public name from its home module when the name is first used.

    A name takes precedence over a module of the same name: `package.squared_error` is the function.

    homes: public name → the module that holds it
    """

    def __init__(self, name: str, folder: Path, homes: Mapping[str, str]) -> None:
        super().__init__(name)
        self.__path__ = [str(folder)]
        self.__package__ = name
        self.homes = homes

    def __getattribute__(self, attribute: str) -> Any:
        if attribute == "__all__":  # for `import *`, without names that are not defined yet
            loaded = {n: sys.modules.get(f"{self.__name__}.{h}") for n, h in self.homes.items()}
            return sorted(n for n, m in loaded.items() if m is None or n in vars(m))
        if attribute.startswith("_") or attribute == "homes" or attribute not in self.homes:
            return super().__getattribute__(attribute)
        home = self.homes[attribute]
        name, file = f"{self.__name__}.{home}", f"mytorch/{home}.py"
        if name not in sys.modules and find_spec(name) is None:
            raise MissingName(f"{file} is missing", file)
        found = vars(import_module(name))
        if attribute not in found:
            raise MissingName(f"{file} has no {attribute}", f"{file}:{attribute}")
        return found[attribute]


def register_package(
    folder: Path,
    homes: Mapping[str, str],
    name: str = "mytorch",
    loader: type[SourceLoader] = SourceLoader,
) -> StudentPackage:
    """Register the package in `folder` under `name`, without reading its files yet.

    Args:    folder: the package's own folder.  homes: public name → the module that holds it.
             loader: the class that reads its files.
    Returns: the package; `package.Linear` loads `linear.py` and returns its `Linear`.
    """
    package = StudentPackage(name, folder, homes)
    forget_package(name)
    sys.modules[name] = package
    sys.path_importer_cache[str(folder)] = FreshFinder(str(folder), loader)
    return package


def forget_package(name: str) -> None:
    """Remove a registered package and all its modules from `sys.modules`."""
    for loaded in [key for key in sys.modules if key == name or key.startswith(name + ".")]:
        del sys.modules[loaded]
