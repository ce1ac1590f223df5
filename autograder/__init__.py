"""Scores a `mytorch` against reference tensors and says what is wrong, and why."""
