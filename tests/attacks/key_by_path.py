"""Runs the solved package itself: by import, by its file, through a changed import system.

The key cannot be imported, and where files are out of reach it cannot be read either.
"""

from dataclasses import replace

from . import RELU, Attack, forward, thief

SOLVED = "autograder.key.mytorch.relu"

ATTACKS = (
    Attack(
        "imported",
        forward(f"from {SOLVED} import ReLU as R\nreturn R().forward(Z)"),
        lost=frozenset({"relu.forward"}),
        shaky=RELU,
        says="ModuleNotFoundError",
    ),
    thief("by_name", f"import importlib; found = importlib.import_module('{SOLVED}') and True"),
    thief(
        "without_our_finder",
        f"""
        import sys
        sys.meta_path[:] = [f for f in sys.meta_path if type(f).__name__ != "AllowedFinder"]
        from {SOLVED} import ReLU as R
        found = R().forward(Z)
        """,
        "landlock",
    ),
    replace(
        thief(
            "with_a_larger_list",
            f"""
            import autograder.model, sys
            sys.modules["__main__"].IMPORTABLE_ROOMS += ("key",)
            from {SOLVED} import ReLU as R
            found = R().forward(Z)
            """,
            "landlock",
        ),
        at=("autograder.confined.child.IMPORTABLE_ROOMS",),
    ),
    thief(
        "as_text",
        """
        import autograder.model as h, pathlib
        text = pathlib.Path(h.__file__).parent.joinpath("key", "mytorch", "relu.py").read_text()
        names = {"__name__": "mytorch.relu2", "__package__": "mytorch"}
        exec(text, names)
        found = names["ReLU"]().forward(Z)
        """,
        "landlock",
    ),
    thief(
        "from_the_mistakes",
        """
        import autograder.model as h, pathlib
        folder = pathlib.Path(h.__file__).parent / "key" / "mistakes"
        found = "np.maximum(Z, 0)" in (folder / "activations.py").read_text()
        """,
        "landlock",
    ),
    thief(
        "another_library_from_site_packages",
        """
        import os, sys
        sys.path.append(os.path.dirname(os.path.dirname(np.__file__)))
        import pytest  # in its place: torch, whose autograd knows every derivative
        found = True
        """,
        "landlock",
    ),
)
