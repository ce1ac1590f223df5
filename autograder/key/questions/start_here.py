"""The questions of notebook 00."""

from autograder.workspace.questions import Question

QUESTIONS = (
    Question(
        "00.two_entries",
        "number",
        "On paper: what is Div for y = [2, 0] and d = [1, 3]?",
        "5",
        {
            "5": "The differences are 1 and −3, and their squares are 1 and 9. Half of their sum "
            "is 5.",
            "10": "This is the sum of the squares. The formula has a factor ½ in front of it.",
            "2.5": "This is half of the average of the squares. The formula has their sum.",
            "2": "This is half of 1 + 3. The differences must be squared before they are added.",
            "−4": "This is half of 1 − 9. The square of −3 is 9: a square is never negative.",
        },
        "Subtract entry by entry, square each difference, add the squares, and take half.",
    ),
    Question(
        "00.twice_as_far",
        "number",
        "You move y so that it is twice as far from d. How many times larger is Div?",
        "4",
        {
            "4": "Both sides of the square are twice as long. In the picture, the curve on the "
            "right shows Div for every y. Training changes the parameters so that we move down "
            "such a curve.",
            "2": "You thought of the distance: it is twice as large. But Div contains its square, "
            "and both sides of the square in the picture are twice as long.",
            "1": "Then Div would not depend on the distance. The side of the square in the picture "
            "is the distance from d to y.",
            "8": "This would be right for a cube. Div is half the area of a square.",
        },
        "Div is half the area of a square whose side is the distance from d to y.",
    ),
    Question(
        "00.without_the_half",
        "choice",
        "You leave out the ½. What will the table say about your results?",
        "Every result is two times the expected one.",
        {
            "Every result is half of the expected one.": "You thought of the ½ itself. Without it, "
            "the result is larger, not smaller.",
            "Every result is two times the expected one.": "The table recognises this mistake and "
            "says that the ½ is left out. Now put the ½ back and run the cell again: only the last "
            "run counts.",
            "Only the results for several entries are wrong.": "You thought of a mistake in the "
            "sum. The factor ½ stands in front of the whole sum, so it is missing for one entry, "
            "too.",
        },
    ),
    Question(
        "00.mean_for_sum",
        "choice",
        "Suppose you used `np.mean` instead of `np.sum`. For which inputs would the result still "
        "be correct?",
        "if there is only one entry, or if y = d",
        {
            "if there is only one entry, or if y = d": "For one entry, mean and sum are the same. "
            "If y = d, both are 0. For all other inputs the result is too small. That is why the "
            "table tries several shapes: one simple example is not enough to show that a function "
            "is right.",
            "only if there is one entry": "You thought of the division by the number of entries, "
            "which changes nothing if this number is 1. But there is another case: if y = d, all "
            "differences are 0.",
            "for every input": "The mean is the sum divided by the number of entries. For two or "
            "more entries this is another number, unless the sum is 0.",
            "for no input": "The mean is the sum divided by the number of entries. If there is "
            "one entry, this division changes nothing.",
        },
    ),
)
