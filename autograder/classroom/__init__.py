"""Grading a class: many hand-ins, what is recorded of them, and what is shown."""
