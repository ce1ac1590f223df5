"""The questions of notebook 07."""

from autograder.workspace.questions import Question

QUESTIONS = (
    Question(
        "07.recall_shift",
        "choice",
        "From notebook 05: what is the softmax of z = [1000, 1000], computed without a shift and "
        "computed on paper?",
        "without a shift [nan, nan], on paper [½, ½]",
        {
            "[1, 1] both times": "Each logit is as large as the other, so each gets the same "
            "share. But the outputs of a softmax sum to 1.",
            "[½, ½] both times": "You thought of paper only. On a computer `exp(1000)` is `inf`, "
            "and `inf / inf` is `nan`.",
            "without a shift [nan, nan], on paper [½, ½]": "`exp(1000)` is `inf`, and `inf / inf` "
            "is `nan`. If you first subtract the row's largest logit, each exponential is 1.",
            "[nan, nan] both times": "You thought of the computer only. On paper, the factor "
            "exp(1000) cancels, and two equal shares of ½ are left.",
        },
    ),
    Question(
        "07.recall_dLdW",
        "shape",
        "From notebook 06: a layer has 3 inputs and 2 outputs, and the batch has 5 examples. Which "
        "shape does `dLdW` have in our code?",
        "2 × 3",
        {
            "2 × 3": "A stored gradient has the shape of its array, and `W` is C_out × C_in.",
            "3 × 2": "This is the shape on the slides. Our code stores the transpose, which has "
            "the shape of `W`.",
            "5 × 2": "This is the shape of `dLdZ`.",
            "5 × 3": "This is the shape of `dLdA`.",
            "5 × 2 × 3": "This is one table per example. `dLdW` is the sum of these tables.",
        },
        "A stored gradient has the shape of the array that it belongs to.",
    ),
    Question(
        "07.half_the_probability",
        "choice",
        "You halve the probability of the right class. When does the cost increase more: if the "
        "probability was 0.8, or if it was 0.1?",
        "equally in both cases",
        {
            "if it was 0.8": "You thought of the difference, 0.4 instead of 0.05. The cost is a "
            "logarithm, so only the factor counts.",
            "if it was 0.1": "You thought of the curve, which is steeper at 0.1. But half of 0.1 "
            "is also much nearer to it than half of 0.8 is to 0.8.",
            "equally in both cases": "By log 2 = 0.693: halving the probability always adds log 2 "
            "to the cost. As the right class's probability approaches 0, the cost grows without "
            "limit. The squared error does not: the right class's own term (the lower curve) is "
            "never more than ½, and the sum over all classes is never more than 1.",
        },
    ),
    Question(
        "07.right_class_1",
        "number",
        "On paper: what is Div if the right class is 1? Use log 2 = 0.693.",
        "2.079",
        {
            "2.079": "It is −log ⅛. Three halvings lead from 1 to ⅛, so it is 3 · 0.693.",
            "−2.079": "This is log ⅛. The divergence is minus the logarithm, so it is never "
            "negative.",
            "0.125": "This is the probability itself. The divergence is minus its logarithm.",
            "0.875": "This is 1 − ⅛. The divergence is minus the logarithm of ⅛.",
            "0.47": "This is −log ⅝, for class 3. The probability of class 1 is ⅛.",
        },
        "The probability of class 1 is ⅛, and ⅛ is ½ · ½ · ½.",
    ),
    Question(
        "07.batch_taken_twice",
        "choice",
        "Put the same batch in twice, as one batch of four examples. What is the loss?",
        "the same",
        {
            "twice as large": "You thought of a sum. The loss is an average.",
            "the same": "The loss is an average. A sum would be twice as large.",
            "half as large": "You divided by the four examples, but added only two of them.",
        },
    ),
    Question(
        "07.huge_logits",
        "number",
        "The logits are 10000, 0 and −10000. What is Div if the right class is 2?",
        "10000",
        {
            "10000": "The softmax is almost exactly [1, exp(−10000), exp(−20000)]. So Div is 0, "
            "10000 or 20000 if the right class is 1, 2 or 3.",
            "0": "You looked at the logit 0, or at class 1. The probability of class 2 is about "
            "exp(−10000), and Div is minus its logarithm.",
            "20000": "This is Div for class 3. From logit 10000 to logit 0 it is 10000.",
            "1": "You took the exponential of the logit 0. Div is minus the logarithm of the "
            "probability, and that is about exp(−10000).",
        },
        "Divide exp(0) by exp(10000), which is nearly the whole sum, and take minus the logarithm.",
    ),
    Question(
        "07.row_of_the_jacobian",
        "choice",
        "Class 1 is the right class. Which row of the Jacobian determines the result, and which of "
        "the three results is negative?",
        "row 1; the first result",
        {
            "row 1; the first result": "Row 1 is the only row that is multiplied by a number other "
            "than 0. The right class's derivative is negative: raising its logit lowers Div.",
            "row 1; the second and the third result": "The row is right. But raising the logit of "
            "a wrong class increases Div, so those two derivatives are positive.",
            "row 3; the third result": "You kept the right class of the example before. The row "
            "∂Div/∂y is 0 except for the right class, which is now class 1.",
            "all rows; the first result": "The rows of the other classes are multiplied by 0, "
            "because Div depends only on the probability of the right class.",
        },
    ),
    Question(
        "07.sum_of_a_row",
        "number",
        "Add the three numbers of such a row. What is the sum?",
        "0",
        {
            "0": "It is always 0 (up to rounding): if all logits increase together, Div does not "
            "change.",
            "1": "You thought of the probabilities, which sum to 1. The row contains differences "
            "of two rows that both sum to 1.",
            "−1": "You thought of the desired output, subtracted once. The probabilities are in "
            "the row, too, and they sum to 1.",
        },
        "Add the three products in the table of section 5: ⅛, 2/8 and −⅜.",
    ),
    Question(
        "07.knows_nothing",
        "number",
        "A network that has learned nothing gives each class the same probability. What is its "
        "loss for the ten digits? (log 10 = 2.303)",
        "2.303",
        {
            "2.303": "It is −log(1/10) for every example, so the average is the same number.",
            "0.1": "This is the probability of the right class. The loss is minus its logarithm.",
            "0.9": "This is 1 − 1/10. The loss is minus the logarithm of 1/10.",
            "23.03": "You added the divergences of ten classes. Only the right class's term is "
            "nonzero.",
            "0.23": "You divided by the number of classes. The average is over the examples.",
        },
        "The probability of the right class is 1/10.",
    ),
)
