"""Isolation on Linux: what a hand-in's code can reach, and how fast a place for it is made.

`tiers.probe_tiers` says what this machine offers, and `tiers.find_place` gives it.

Theory of operation: the grader (`sandbox`, `zygotes`) keeps a few zygotes, each of which forks one
child at a time (`confined.zygote`). A child shuts itself in (`confined.cell`) before it reads a
student's file. In the tier `bubblewrap` the zygote itself already lives where nothing else is
(`view`); in `landlock` it is an ordinary process.

The kernel's interfaces are called with ctypes (`kernel`, `landlock`, `seccomp`), about two
hundred lines in all. The libraries for Python that do it are either young or no longer kept,
bring a C library that has to be installed, or do more than is wanted; the interfaces
themselves are a stable promise of the kernel, and the tests prove each layer by attacking it.
"""

SANDBOXES = ("bubblewrap", "landlock")  # the tiers that are one, best first
