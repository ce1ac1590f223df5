"""Reads the hidden references from disk, wherever a path leads to them, and answers with them.

No byte of them may be readable: the answer stays wrong. A portable process cannot hold this.
"""

from . import thief

LOOK_UP = '''
def look_up(folder, Z):
    """The answer to Z in any references below a folder, or False."""
    import json, math, pathlib
    for path in pathlib.Path(folder).rglob("activations.npz"):
        with np.load(path) as npz:
            known, used = {}, dict.fromkeys(npz.files, 0)
            for name, (kind, shape) in json.loads(npz["manifest"].tobytes())["tensors"].items():
                numbers = npz[kind][used[kind]:][: math.prod(shape)]
                used[kind] += numbers.size
                known[name] = numbers.reshape(shape)
        for name, array in known.items():
            if name.startswith("relu.forward/") and name.endswith("/in/Z"):
                if np.array_equal(array, Z):
                    return known[name.replace("/in/Z", "/low/A")]
    return False
'''

ATTACKS = (
    thief(
        "beside_our_modules",
        "import autograder.model as h, os; found = look_up(os.path.dirname(h.__file__), Z)",
        "landlock",
        LOOK_UP,
    ),
    thief(
        "by_the_order_of_the_child",
        "import json, sys; found = look_up(json.loads(sys.argv[1])['autograder'], Z)",
        "landlock",
        LOOK_UP,
    ),
    thief(
        "by_the_command_line",
        """
        import os, pathlib
        words = pathlib.Path("/proc/self/cmdline").read_text().split("\\0")
        script = next(w for w in words if w.endswith("child.py"))
        found = look_up(os.path.dirname(os.path.dirname(script)), Z)
        """,
        "landlock",
        LOOK_UP,
    ),
    thief(
        "in_the_parents_folder",
        "import os; found = look_up(f'/proc/{os.getppid()}/cwd', Z)",
        "landlock",
        LOOK_UP,
    ),
    thief(
        "through_the_parents_root",
        """
        import autograder.model as h, os
        found = look_up(f"/proc/{os.getppid()}/root{os.path.dirname(h.__file__)}", Z)
        """,
        "landlock",
        LOOK_UP,
    ),
    thief(
        "in_the_parents_open_files",
        """
        import os
        for n in os.listdir(f"/proc/{os.getppid()}/fd"):
            found = found or os.readlink(f"/proc/{os.getppid()}/fd/{n}") != ""
        """,
        "landlock",
    ),
    thief(
        "in_own_open_files",
        """
        import os
        for n in range(3, 1001):
            try:
                os.lseek(n, 0, 0)
                found = found or b"low" in os.read(n, 2**22)
            except OSError:
                continue
        """,
    ),
    thief(
        "from_numpys_folder_up",
        """
        import os
        folder = os.path.dirname(np.__file__)
        for _ in range(3):
            folder = os.path.dirname(folder)
            for name in os.listdir(folder):
                path = os.path.join(folder, name)
                if name.endswith((".pth", "direct_url.json")):  # where an editable install points
                    where = open(path).read().strip().splitlines()[0]
                    found = found or look_up(os.path.join(where, "autograder"), Z)
        """,
        "landlock",
        LOOK_UP,
    ),
    thief(
        "memory_mapped",
        """
        import autograder.model as h, mmap, os
        path = os.path.join(os.path.dirname(h.__file__), "key", "references", "network.npz")
        descriptor = os.open(path, os.O_RDONLY)
        found = mmap.mmap(descriptor, 0, prot=mmap.PROT_READ)[:2] == b"PK"
        """,
        "landlock",
    ),
    thief(
        "by_numpy_itself",
        """
        import autograder.model as h, os
        path = os.path.join(os.path.dirname(h.__file__), "key", "references", "network.npz")
        found = np.fromfile(path, np.uint8, 2).tobytes() == b"PK"
        """,
        "landlock",
    ),
    thief(
        "by_another_program",
        """
        import autograder.model as h, os, subprocess
        path = os.path.join(os.path.dirname(h.__file__), "key", "references", "network.npz")
        found = subprocess.run(["head", "-c2", path], capture_output=True).stdout == b"PK"
        """,
        "landlock",
    ),
)
