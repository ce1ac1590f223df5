"""Run hand-ins isolated from everything else, and grade their answers.

`tiers.probe_tiers` tries what this machine offers, and `tiers.find_place` returns one tier.

Theory of operation: on Linux the grader (`sandbox`, `zygotes`) keeps a few zygotes. Each forks one
child at a time (`confined.zygote`). A child confines itself (`confined.confinement`) before it
reads a student's file. In the tier `bubblewrap` the zygote itself already runs in a container of
its own (`view`); in the tier `landlock` it is an ordinary process.

The kernel's interfaces are called with ctypes (`confined.kernel`, `landlock`, `seccomp`), in about
two hundred lines. The Python libraries for them are young or no longer maintained, need a C
library, or do too much. The interfaces are stable, and the tests attack each layer.
"""

SANDBOXES = ("bubblewrap", "landlock")  # the tiers with a sandbox, best first
