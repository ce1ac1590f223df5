"""What goes wrong in an activation whose every output looks at every input."""

from .model import Mistake

FORWARD = "mytorch.softmax.Softmax.forward"
BACKWARD = "mytorch.softmax.Softmax.backward"
SLIDE = "Example Vector Activation: Softmax"
VECTOR = "Special Case 1. Vector activations"
DERIVATIVES = "Derivatives of vector activation"

SHIFT = "exponentials = np.exp(Z - Z.max(axis=1, keepdims=True))\n        "
SHARE = "self.A = exponentials / exponentials.sum(axis=1, keepdims=True)"
WEIGHTED = "weighted = np.sum(dLdA * self.A, axis=1, keepdims=True)\n        "
RESULT = "return self.A * (dLdA - weighted)"

MISTAKES = (
    Mistake(
        id="softmax.over_the_batch",
        target=FORWARD,
        old=SHIFT + SHARE,
        new="exponentials = np.exp(Z - Z.max(axis=0, keepdims=True))\n        "
        "self.A = exponentials / exponentials.sum(axis=0, keepdims=True)",
        name="the columns sum to 1, instead of the rows",
        hint="The sum over j runs over the classes of one example. Along which axis are those?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.sum_over_the_batch",
        target=FORWARD,
        old="exponentials.sum(axis=1",
        new="exponentials.sum(axis=0",
        name="the rows are shifted, but the columns are normalised",
        hint="Shift and sum belong to one example: both run along the same axis. Which?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.shift_of_columns",
        target=FORWARD,
        old="Z.max(axis=1",
        new="Z.max(axis=0",
        name="each column is shifted by a number of its own",
        hint="A shift changes nothing if it is the same for all classes of one example. Is yours?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.over_everything",
        target=FORWARD,
        old=SHIFT + SHARE,
        new="exponentials = np.exp(Z - Z.max())\n        "
        "self.A = exponentials / exponentials.sum()",
        name="the whole batch together sums to 1",
        hint="Each example has probabilities of its own. What do the rows sum to?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.not_normalised",
        target=FORWARD,
        old=SHIFT + SHARE,
        new="self.A = np.exp(Z)",
        name="the exponentials are not divided by their sum",
        hint="Probabilities sum to 1. What do your rows sum to?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.no_exponential",
        target=FORWARD,
        old=SHIFT + SHARE,
        new="self.A = Z / Z.sum(axis=1, keepdims=True)",
        name="the numbers themselves are divided by their sum",
        hint="A probability is never negative. What makes every z positive before you divide?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.sigmoid",
        target=FORWARD,
        old=SHIFT + SHARE,
        new="self.A = 1 / (1 + np.exp(-Z))",
        name="each number goes through a sigmoid of its own",
        hint="In a vector activation every z of an example moves every y. Does it, in yours?",
        slide=VECTOR,
    ),
    Mistake(
        id="softmax.logarithm",
        target=FORWARD,
        old=SHARE,
        new="self.A = np.log(exponentials / exponentials.sum(axis=1, keepdims=True))",
        name="it returns the logarithms of the probabilities",
        hint="The logarithm belongs to the cross-entropy. Which numbers should sum to 1?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.no_keepdims",
        target=FORWARD,
        old=SHIFT + SHARE,
        new="exponentials = np.exp(Z - Z.max(axis=1))\n        "
        "self.A = exponentials / exponentials.sum(axis=1)",
        name="the rows' maxima and sums are laid along the columns",
        hint="numpy fits shapes from the right: what are (4, 3) and (4,) to each other, and what "
        "would (4, 3) and (4, 1) be?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.no_keepdims_no_shift",
        target=FORWARD,
        old=SHIFT + SHARE,
        new="exponentials = np.exp(Z)\n        self.A = exponentials / exponentials.sum(axis=1)",
        name="the rows' sums are laid along the columns",
        hint="numpy fits shapes from the right: what are (4, 3) and (4,) to each other, and what "
        "would (4, 3) and (4, 1) be?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.no_shift",
        target=FORWARD,
        old="Z - Z.max(axis=1, keepdims=True)",
        new="Z",
        name="the exponential of a large z overflows",
        hint="exp(1000) is inf, and inf/inf is no number. Which number may you subtract from a "
        "whole row without changing its softmax?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.shift_of_everything",
        target=FORWARD,
        old="Z.max(axis=1, keepdims=True)",
        new="Z.max()",
        name="all rows are shifted by the maximum of the whole batch",
        hint="Far below the greatest number of all, every exponential of a row is 0, and 0/0 is "
        "no number. Whose maximum keeps a row safe?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.diagonal_only",
        target=BACKWARD,
        old=WEIGHTED + RESULT,
        new="return dLdA * self.A * (1 - self.A)",
        name="only the diagonal of the Jacobian is used",
        hint="y (1 − y) says how z_i moves y_i. What does z_i do to the other outputs?",
        slide=DERIVATIVES,
    ),
    Mistake(
        id="softmax.outer_product_added",
        target=BACKWARD,
        old="dLdA - weighted",
        new="dLdA + weighted",
        name="the term −y_i y_j of the Jacobian has a plus",
        hint="If z_i grows, what happens to the other probabilities? They all sum to 1.",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.off_diagonal_positive",
        target=BACKWARD,
        old="(dLdA - weighted)",
        new="(dLdA * (1 - 2 * self.A) + weighted)",
        name="the entries beside the diagonal of the Jacobian have a plus",
        hint="If z_i grows, what happens to y_j? The row of probabilities sums to 1.",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.mixes_examples",
        target=BACKWARD,
        old="np.sum(dLdA * self.A, axis=1",
        new="np.sum(dLdA * self.A, axis=0",
        name="the sum over the outputs runs over the examples",
        hint="Does one example's z move another example's y? Along which axis does j run?",
        slide=DERIVATIVES,
    ),
    Mistake(
        id="softmax.sums_everything",
        target=BACKWARD,
        old="np.sum(dLdA * self.A, axis=1, keepdims=True)",
        new="np.sum(dLdA * self.A)",
        name="the sum over the outputs runs over the whole batch",
        hint="The sum over j has as many terms as there are classes. How many has yours?",
        slide=DERIVATIVES,
    ),
    Mistake(
        id="softmax.first_term_only",
        target=BACKWARD,
        old="(dLdA - weighted)",
        new="dLdA",
        name="the second half of the bracket (δ_ij − y_j) is left out",
        hint="Multiply the slide's bracket out: there are two terms. Which one have you got?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.passes_through",
        target=BACKWARD,
        old=WEIGHTED + RESULT,
        new="return dLdA",
        name="the derivative passes through unchanged",
        hint="What would dLdZ be if all entries of dLdA in a row were equal? The outputs' sum "
        "cannot move.",
        slide=DERIVATIVES,
    ),
    Mistake(
        id="softmax.shortcut",
        target=BACKWARD,
        old=RESULT,
        new="return self.A - dLdA",
        name="the shortcut of softmax with cross-entropy is used",
        hint="«Output minus what was wanted» holds for the two together. What comes in here is a "
        "derivative by the outputs, of any loss.",
        slide=DERIVATIVES,
    ),
    Mistake(
        id="softmax.plain_sum",
        target=BACKWARD,
        old="np.sum(dLdA * self.A,",
        new="np.sum(dLdA,",
        name="the sum over the outputs is not weighted by y_j",
        hint="Put a bracket round all that stands under Σ_j on the slide. Does y_j stand inside?",
        slide=SLIDE,
    ),
    Mistake(
        id="softmax.jacobian_of_last_example",
        target=BACKWARD,
        old=WEIGHTED + RESULT,
        new="weighted = np.sum(dLdA * self.A[-1], axis=1, keepdims=True)\n        "
        "return self.A[-1] * (dLdA - weighted)",
        name="the last example's Jacobian is used for all examples",
        hint="The Jacobian is made of y, and every example has a y of its own. How often is yours "
        "made anew?",
        slide=SLIDE,
    ),
)
