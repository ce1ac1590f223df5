"""The message of a lost line about the exercises on which it depends."""

from conftest import replaced
from in_process import scored

from autograder.scoring.wording import plain_message

WHY = "Linear.forward (6.1) is not right yet: that may be why"
ODD_BIAS = replaced("linear.py", "A @ self.W.T + self.b.T", "A @ self.W.T + self.b.T + 0.125")


def test_the_first_wrong_exercise_is_named() -> None:
    """If a result is wrong because of earlier exercises, its message names the first wrong one.
    Results that are right, or otherwise explained, name none."""
    wrong = {"linear.py": ODD_BIAS["linear.py"].replace("self.A = A\n", "self.A = A + 1\n")}
    items = scored(wrong)
    assert plain_message(items["linear.backward.dLdW.general"]).endswith(f"\n{WHY}")
    assert plain_message(items["linear.backward.dLdA.general"]) == ""
    assert WHY not in plain_message(items["linear.forward.Z.general"])


def test_what_was_scored_on_stand_ins_blames_no_layer() -> None:
    """If a network is wrong on stand-in layers too, no wrong layer is named as the cause."""
    wrong = replaced("mlp.py", "        return dLdA\n", "        return dLdA + 0.5\n") | ODD_BIAS
    item = scored(wrong)["mlp.backward.dLdA.general"]
    assert (item.status, item.follow_through) == ("fail", True)
    assert "that may be why" not in plain_message(item)
