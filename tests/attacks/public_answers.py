"""Knows the answers to the public cases by heart, and computes nothing.

All points where the public cases are what is graded, none where the hidden ones are.
"""

from autograder.scoring import reference_store

from . import Attack, forward

CASES = reference_store.public_references().cases("relu.forward")
TABLE = {
    r.inputs["Z"].astype(float).round(6).tobytes(): r.expected["A"].low.astype(float).tolist()
    for r in CASES
}

ATTACKS = (
    Attack(
        "by_heart",
        forward(
            "self.Z = Z\n"
            "found = ANSWERS.get(Z.astype(float).round(6).tobytes())\n"
            "return Z if found is None else np.array(found, Z.dtype)",
            f"ANSWERS = {TABLE!r}",
        ),
        frozenset({"relu.forward"}),
    ),
    Attack(
        "by_heart_through_exceptions",
        forward(
            "return np.array(ANSWERS[Z.astype(float).round(6).tobytes()])", f"ANSWERS = {TABLE!r}"
        ),
        frozenset({"relu.forward"}),
        frozenset({"relu.backward"}),
        says="KeyError",
    ),
)
