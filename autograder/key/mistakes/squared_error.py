"""Mistakes in a distance."""

from .model import Mistake

TARGET = "mytorch.squared_error.squared_error"
PROBLEM = "Training neural nets through Empirical Risk Minimization: Problem Setup"
SQUARE = "difference * difference"
HALVED = "0.5 * np.sum(difference * difference)"

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="squared_error.no_half",
        target=TARGET,
        old="0.5 * ",
        new="",
        name="the ½ is left out",
        hint="Take y = 3 and d = 1, by hand. The ½ is there to make the derivative plain y − d.",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.mean",
        target=TARGET,
        old="np.sum(",
        new="np.mean(",
        name="the entries are averaged instead of added up",
        hint="There is a Σ in the formula, and nothing that counts entries. Averages are taken "
        "over examples, and there is one example here.",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.mean_no_half",
        target=TARGET,
        old="0.5 * np.sum(",
        new="np.mean(",
        name="it is the mean of the squares, as other libraries have it",
        hint="What many libraries call MSE differs from the formula here in two places. Which two?",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.absolute",
        target=TARGET,
        old=HALVED,
        new="np.sum(np.abs(difference))",
        name="the differences are taken without their signs, but not squared",
        hint="An error twice as large should count four times as much. Does it, for you?",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.not_squared",
        target=TARGET,
        old=SQUARE,
        new="difference",
        name="the differences are not squared, so that they cancel",
        hint="One entry too large by 1, another too small by 1: how far is that from right?",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.square_of_sum",
        target=TARGET,
        old="np.sum(difference * difference)",
        new="np.sum(difference) ** 2",
        name="the sum is squared, instead of the squares summed",
        hint="One entry too large by 1, another too small by 1: how far is that from right? Does Σ "
        "come first, or the square?",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.root",
        target=TARGET,
        old=HALVED,
        new="np.sqrt(np.sum(difference * difference))",
        name="it is the distance itself, and not half its square",
        hint="Is there a root in the formula? A divergence need not be measured in the unit of y.",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.difference_of_squares",
        target=TARGET,
        old=SQUARE,
        new="(y * y - d * d)",
        name="squares are subtracted, instead of a difference squared",
        hint="Can your result be negative? A distance cannot.",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.not_summed",
        target=TARGET,
        old="float(0.5 * np.sum(difference * difference))",
        new="0.5 * difference * difference",
        name="each entry keeps an error of its own",
        hint="A divergence is one number for the whole output: what does Σ_i do to the entries?",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.plain_sum",
        target=TARGET,
        old="0.5 * np.sum(difference * difference)",
        new="np.sum(difference)",
        name="the plain differences are added up, neither halved nor squared",
        hint="One entry too large by 1, another too small by 1: how far is that from right? In "
        "Python ** is a power, and * is not.",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.half_squared",
        target=TARGET,
        old=HALVED,
        new="np.sum((0.5 * difference) ** 2)",
        name="the ½ is squared too: it has become a quarter",
        hint="Take y = 3 and d = 1, by hand. Does the ½ stand inside the square, or before it?",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.absolute_halved",
        target=TARGET,
        old=SQUARE,
        new="np.abs(difference)",
        name="the differences lose their signs, but are not squared",
        hint="An error twice as large should count four times as much. Does it, for you?",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.root_halved",
        target=TARGET,
        old=HALVED,
        new="0.5 * np.sqrt(np.sum(difference * difference))",
        name="it is half the distance, and not half its square",
        hint="Is there a root in the formula? What a library calls a norm has one.",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.first_entry_only",
        target=TARGET,
        old=HALVED,
        new="0.5 * difference.flat[0] ** 2",
        name="only the first entry counts",
        hint="The divergence sums over all i. Where do the other entries come in? A function ends "
        "where it returns.",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.last_entry_only",
        target=TARGET,
        old=HALVED,
        new="0.5 * difference.flat[-1] ** 2",
        name="only the last entry counts",
        hint="What does your loop do with the sum so far: add to it, or put another in its place?",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.one_axis",
        target=TARGET,
        old="float(0.5 * np.sum(difference * difference))",
        new="0.5 * np.sum(difference * difference, axis=0)",
        name="the sum runs along the first axis only",
        hint="y may have rows and columns, and Div is one number all the same. How many are left "
        "after your sum?",
        slide=PROBLEM,
    ),
    Mistake(
        id="squared_error.derivative",
        target=TARGET,
        old="float(0.5 * np.sum(difference * difference))",
        new="difference",
        name="the differences themselves are returned",
        hint="y − d is the derivative of what is asked for. Which two steps lead from there to "
        "one number that is never negative?",
        slide=PROBLEM,
    ),
)
