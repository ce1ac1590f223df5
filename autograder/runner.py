"""Run a hand-in through jobs, in as many processes as it takes.

A job that ends its process, or takes too long, is tried once more, alone: something outside
may have been the cause. Then it costs its exercise, and the next process goes on behind it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from .conversation import Clock, Job, Limits, Place, converse
from .exercises import EXERCISES
from .model import Answer, Fault

UNTRIED = "not run: the {0.total:g} s of a hand-in were used up before"


class Runner:
    """One hand-in's time, over all its processes."""

    def __init__(self, files: Mapping[str, bytes], limits: Limits, place: Place) -> None:
        """`files` are the modules of the hand-in's `mytorch`, by path in it."""
        self.files, self.limits, self.place = files, limits, place
        self.clock = Clock()
        self.deadly: set[str] = set()  # files with an exercise that ended a process

    def run(
        self, jobs: Iterable[Job], doubles: Sequence[str] = (), seed: int = 0
    ) -> dict[str, dict[str, Answer]]:
        """Drive the hand-in through jobs, on its own classes or on doubles of some.

        Returns: answers by exercise, then case.
        """
        answers: dict[str, dict[str, Answer]] = {}
        left = list(jobs)
        alone = False
        needless = {f"{target.split('.')[1]}.py" for target in doubles} & self.deadly
        files = {name: text for name, text in self.files.items() if name not in needless}
        while left:
            batch = left[:1] if alone else left
            given, fault = converse(
                self.place, files, batch, self.limits, self.clock, doubles, seed
            )
            left = left[len(given) :]
            if fault and (alone or self.is_over):
                lost = self.hopeless(left, fault, bool(doubles))
                tried, spent = left[0].exercise, replace(fault, text=UNTRIED.format(self.limits))
                self.deadly.add(EXERCISES[tried].file.removeprefix("mytorch/"))
                for job in lost:
                    told = spent if self.is_over and job.exercise != tried else fault
                    given.append(Answer(job.exercise, job.case, fault=told))
                left = [job for job in left if job not in lost]
                alone = False
            else:
                alone = fault is not None
            for answer in given:
                answers.setdefault(answer.exercise, {})[answer.case] = answer
        return answers

    @property
    def is_over(self) -> bool:
        return self.clock.now() >= self.limits.total

    def hopeless(self, left: Sequence[Job], fault: Fault, doubled: bool) -> list[Job]:
        """The jobs that need not be tried after a fault in the first of them."""
        if self.is_over or fault.kind == "internal":
            return list(left)
        exercises = {left[0].exercise}
        if fault.kind == "timeout" and not doubled:  # whoever calls it takes as long
            for other in EXERCISES.values():
                if exercises & set(other.needs):
                    exercises.add(other.id)
        return [job for job in left if job.exercise in exercises]
