"""What a planted mistake consists of, and how it is planted."""

from dataclasses import dataclass

from autograder.key.solved import SOLVED, find_definition
from autograder.workspace.writer import line_span, split_lines


@dataclass(frozen=True)
class Mistake:
    """A misconception, as a substitution in one function of the solved package.

    id      `linear.mean_over_batch`          target  `mytorch.linear.Linear.backward`
    old     a text that occurs exactly once in the target's source       new  its replacement
    name    a teacher's name for it           hint    a question or fact that leads to the idea
    slide   the title of the lecture's slide
    """

    id: str
    target: str
    old: str
    new: str
    name: str
    hint: str
    slide: str

    @property
    def file(self) -> str:
        """The changed file in the folder of the package: `linear.py`."""
        return self.target.split(".")[1] + ".py"

    def plant(self) -> str:
        """The source of the file with the mistake in it.

        Raises: ValueError: `old` does not occur exactly once in the target.
        """
        source = (SOLVED / self.file).read_text("utf-8")
        lines = split_lines(source)
        start, end = line_span(lines, find_definition(source, self.target))
        text = "".join(lines[start:end])
        if text.count(self.old) != 1:
            raise ValueError(f"{self.id}: {self.old!r} stands {text.count(self.old)} times")
        return "".join([*lines[:start], text.replace(self.old, self.new), *lines[end:]])

    @staticmethod
    def several(
        target: str, slide: str, **rows: tuple[str, str, str, str]
    ) -> "tuple[Mistake, ...]":
        """The mistakes of one target, each as old text, new text, name and hint.

        Its key is the second half of its id: `half` of `mytorch.relu.ReLU.forward` is `relu.half`.
        """
        home = target.split(".")[1]
        return tuple(
            Mistake(f"{home}.{key}", target, old, new, name, hint, slide)
            for key, (old, new, name, hint) in rows.items()
        )
