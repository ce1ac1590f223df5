"""The questions of notebook 04."""

from autograder.workspace.questions import Question

QUESTIONS = (
    Question(
        "04.recall_other_side",
        "choice",
        "From notebook 00: y moves to the other side of d, to the same distance from it. How does "
        "the squared error change?",
        "It stays the same.",
        {
            "It changes its sign.": "You thought of the difference y − d, which changes its sign. "
            "Div contains its square, which is never negative.",
            "It stays the same.": "The difference y − d changes its sign, but its square does not "
            "change.",
            "It becomes four times as large.": "You thought of the distance that y moved. Div "
            "depends only on the distance from y to d, which is the same.",
        },
    ),
    Question(
        "04.opposite_inputs",
        "number",
        "Compare the first and the last result. What is f(z) + f(−z)?",
        "1",
        {
            "1": "Here 0.75 + 0.25 = 1, and 0.5 + 0.5 = 1 for z = 0.",
            "0": "You thought of a graph that is symmetric to the point (0, 0), as that of z³. The "
            "sigmoid is never negative: its graph is symmetric to the point (0, ½).",
            "0.5": "This is f(0), the middle between f(z) and f(−z). The sum is twice as large.",
        },
        "Add the first and the last result, for z = ln 3 and z = −ln 3.",
    ),
    Question(
        "04.which_is_nan",
        "choice",
        "Put z = 1000 into both formulas, then z = −1000. Which of the four results is `nan`?",
        "only the right formula at z = 1000",
        {
            "only the left formula at z = −1000": "You thought of the overflow: `np.exp(1000)` is "
            "`inf` there. But then the left formula computes `1 / inf`, which is 0.",
            "only the right formula at z = 1000": "It computes `inf / inf`. The left formula at "
            "z = −1000 computes `1 / inf`, which is 0, and that is correct. numpy prints a warning "
            "about the overflow, but the result is still correct.",
            "the left formula at z = −1000 and the right formula at z = 1000": "In both cases an "
            "exponential is `inf`. But `1 / inf` is 0; only `inf / inf` is `nan`.",
            "none of them": "You thought that two equal formulas give equal results. On a "
            "computer, numbers are limited: the right formula computes `inf / inf` at z = 1000.",
        },
    ),
    Question(
        "04.steepest",
        "choice",
        "Where is the graph steepest, and what is its slope there?",
        "in the middle, with slope ¼",
        {
            "in the middle, with slope 1": "You thought of a graph that rises from 0 to 1 within "
            "one unit of z. It takes longer: at z = 0 both parts of the column are ½, and the "
            "slope is ¼.",
            "in the middle, with slope ½": "You gave the height: at z = 0 the value y is ½. The "
            "slope there is ¼.",
            "in the middle, with slope ¼": "At y = ½ the slope is ¼, and it is smaller everywhere "
            "else. Far to the left and far to the right the slope is nearly 0.",
            "far to the right, where y is nearly 1": "You gave the place where y is largest. There "
            "the graph is nearly flat: its slope is nearly 0.",
        },
    ),
    Question(
        "04.changed_by_relu",
        "number",
        "How many of the four numbers in `Z` does the ReLU change?",
        "1",
        {
            "1": "Only −2 is negative. It becomes 0, and the other three stay as they are.",
            "0": "The ReLU returns positive numbers unchanged. −2 is negative: it becomes 0.",
            "2": "You counted a second number, perhaps 0.5. It is positive, so the ReLU returns "
            "it unchanged; it does not round.",
            "3": "You counted the numbers that stay. Only the negative ones change.",
            "4": "You thought of the sigmoid, which changes every number. The ReLU returns "
            "positive numbers unchanged.",
        },
        "Count the numbers in `Z` that are negative.",
    ),
    Question(
        "04.at_the_corner",
        "choice",
        "At z₀ = 1 the only subgradient is 1, and at z₀ = −1 it is 0. Which slopes v are "
        "subgradients at z₀ = 0?",
        "every slope from 0 to 1",
        {
            "none: there is no derivative at 0": "You thought of the derivative, which does not "
            "exist at 0. A subgradient needs only a line that lies nowhere above the graph.",
            "0 and 1 alone": "You thought of the slopes on the left and on the right. A line with "
            "slope ½ also lies nowhere above the graph.",
            "every slope from 0 to 1": "Such a line lies nowhere above the graph, on either side.",
            "every slope of 0 or more": "You looked at the left side only. To the right of 0, a "
            "line with slope 1.5 lies above the graph.",
        },
    ),
    Question(
        "04.slope_of_a_secant",
        "choice",
        "Can such a secant have a negative slope, or a slope greater than 1?",
        "neither",
        {
            "a negative slope": "For a negative slope the graph would have to fall somewhere. The "
            "ReLU never falls.",
            "a slope greater than 1": "For a slope greater than 1 the graph would have to be "
            "steeper than 1 somewhere. The ReLU has slopes 0 and 1 only.",
            "neither": "From a left point −a to a right point b, with positive a and b, the ReLU "
            "grows from 0 to b. So the slope is b / (a + b), which lies between 0 and 1: it is "
            "always a subgradient at the corner.",
        },
    ),
    Question(
        "04.back_through_relu",
        "choice",
        "Take `Z` from section 4, with the rows [1, 0.5] and [−2, 1]. Which rows does `dLdZ` have?",
        "[1, −0.5] and [0, 0.25]",
        {
            "[1, −0.5] and [−0.5, 0.25]": "You passed all numbers on. At z = −2 the slope of the "
            "ReLU is 0, so the derivative there is multiplied by 0.",
            "[1, 0] and [0, 0.25]": "You applied the ReLU to the derivatives: you set negative "
            "derivatives to 0. The sign of z decides, not the sign of the derivative that arrives.",
            "[1, −0.5] and [0, 0.25]": "At z = −2 the slope of the ReLU is 0, because a small "
            "change of z does not change the output. The sign of z decides, not the sign of the "
            "derivative that arrives.",
            "[1, −0.25] and [0, 0.25]": "You multiplied by the output of the ReLU, as in "
            "−0.5 · 0.5. The slope is 1 for every positive z.",
        },
    ),
    Question(
        "04.ten_slopes",
        "choice",
        "A derivative goes back through ten activations, one after another, and is multiplied by "
        "ten slopes. Which part of it is left at best: with ten sigmoids, and with ten ReLUs?",
        "a millionth with sigmoids, all of it with ReLUs",
        {
            "all of it in both cases": "You thought of slopes of 1. A sigmoid has a slope of at "
            "most ¼, so ten of them leave at most a millionth.",
            "about a thousandth with sigmoids, all of it with ReLUs": "You multiplied ten times by "
            "½, the value of the sigmoid at 0. Its slope there is ¼.",
            "a millionth with sigmoids, all of it with ReLUs": "Each slope of a sigmoid is at most "
            "¼. With ReLUs all of it is left if z > 0 at all ten. But ReLUs have a disadvantage. "
            "If a unit's z is negative for every example, its derivative is 0 for every example, "
            "and its weights do not change. If the unit is in the first layer, it stays like this "
            "for ever. In a later layer it can become positive again, if the layers before it "
            "change.",
            "a fortieth with sigmoids, a tenth with ReLUs": "You added or averaged. The chain rule "
            "multiplies the slopes.",
        },
    ),
)
