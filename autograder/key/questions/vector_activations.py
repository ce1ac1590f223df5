"""The questions of notebook 05."""

from autograder.workspace.questions import Question

QUESTIONS = (
    Question(
        "05.recall_squared_error",
        "number",
        "From notebook 00: what is the squared error of y = [0, 3] for d = [1, 1]?",
        "2.5",
        {
            "2.5": "The differences are −1 and 2, and half of 1 + 4 is 2.5.",
            "5": "This is the sum of the squares, 1 + 4. The factor ½ is missing.",
            "1.5": "This is half of 1 + 2. The differences must be squared.",
            "1.25": "This is half of the average of the squares. The squared error has their sum.",
            "0.5": "This is half of −1 + 2. The differences must be squared before they are added.",
        },
        "Subtract, square, add, and take half.",
    ),
    Question(
        "05.recall_sigmoid_slope",
        "number",
        "From notebook 04: the output of a sigmoid is y = 0.9. What is its slope there?",
        "0.09",
        {
            "0.09": "The slope is y (1 − y) = 0.9 · 0.1.",
            "0.1": "This is 1 − y. The slope is the product of both parts of the column, y and "
            "1 − y.",
            "0.25": "This is the largest slope that a sigmoid has, at y = ½. At y = 0.9 the graph "
            "is flatter.",
            "0.81": "This is y². The second factor is 1 − y.",
            "0.9": "This is y itself, which is the slope of an exponential function. The sigmoid "
            "has a second factor, 1 − y.",
        },
        "The slope can be computed from y alone: it is a product of two factors.",
    ),
    Question(
        "05.one_input_grows",
        "choice",
        "You increase z₂. What happens to the outputs of three sigmoids, and of a softmax?",
        "sigmoids: only y₂ changes; softmax: y₂ increases, the others decrease",
        {
            "only y₂ changes in both": "You thought that each output depends on its own input. "
            "That is true for the sigmoids. In the softmax, z₂ is also in the sum by which every "
            "output is divided.",
            "sigmoids: only y₂ changes; softmax: y₂ increases, the others decrease": "The outputs "
            "of a softmax sum to 1, so if one grows, the others shrink.",
            "sigmoids: only y₂ changes; softmax: all outputs increase": "Then their sum would "
            "increase. But the outputs of a softmax always sum to 1.",
            "sigmoids: y₂ increases, the others decrease; softmax: only y₂ changes": "You "
            "exchanged the two. A sigmoid is applied to each number on its own.",
        },
    ),
    Question(
        "05.add_to_all",
        "choice",
        "You add ln 10 to every logit, so every exponential is ten times as large. How do the "
        "probabilities change?",
        "They do not change.",
        {
            "Each is ten times as large.": "You looked at the exponentials alone. The sum by which "
            "they are divided is ten times as large, too.",
            "They move closer together.": "You thought that a constant makes the logits more "
            "alike. Their differences stay the same, and only the differences matter.",
            "They do not change.": "The factor 10 is in every exponential and in their sum, so it "
            "cancels.",
            "The largest one grows, the others shrink.": "That happens if you multiply the logits "
            "by 10. Here a number is added.",
        },
    ),
    Question(
        "05.own_sum",
        "choice",
        "You add each result to a table of zeros. Which one puts each row's own sum into that row?",
        "only the one of shape (3, 1)",
        {
            "only the one of shape (3,)": "You thought that three sums for three rows are enough. "
            "But numpy treats shape (3,) as a row: it puts the sum of row 1 into column 1.",
            "only the one of shape (3, 1)": "It is a column, so numpy repeats it along the rows.",
            "both": "You thought that numpy ignores the dimension of length 1. It compares shapes "
            "from the right, so shape (3,) is treated as a row.",
        },
    ),
    Question(
        "05.three_of_two",
        "choice",
        "What happens with 3 examples of 2 classes, if you add sums of shape (3,)?",
        "numpy raises an error",
        {
            "each row gets its own sum": "You thought that numpy looks for the dimension of "
            "length 3. It compares shapes from the right: 2 with 3.",
            "each column gets the sum of a row": "That happens with 3 examples of 3 classes. Here "
            "there are 2 columns for 3 sums.",
            "numpy raises an error": "Shapes (3, 2) and (3,) do not fit, because 2 and 3 differ. A "
            "column of shape (3, 1) always fits.",
        },
    ),
    Question(
        "05.positive_entries",
        "choice",
        "Which entries of the Jacobian are always positive?",
        "those on the diagonal",
        {
            "all of them": "Then a larger logit would increase every probability, and their sum "
            "would not stay 1.",
            "those on the diagonal": "Each probability increases with its own logit and decreases "
            "with the others.",
            "those outside the diagonal": "You exchanged the two. Outside the diagonal an entry is "
            "−yᵢ yⱼ, which is negative.",
            "that depends on z": "You thought of the logits, which may have any sign. The entries "
            "contain only probabilities: yᵢ (1 − yᵢ) and −yᵢ yⱼ.",
        },
    ),
    Question(
        "05.nearly_certain",
        "choice",
        "z₃ becomes much larger than the other logits. What do the entries of the Jacobian "
        "approach?",
        "All entries approach 0.",
        {
            "The entry in row 3, column 3 approaches 1.": "You thought of y₃, which approaches 1. "
            "But the entry is y₃ (1 − y₃), and the second factor approaches 0.",
            "All entries approach 0.": "The softmax is nearly certain then, and small changes of "
            "the logits hardly change its outputs.",
            "All entries approach ¼.": "You thought of the largest possible slope, at y = ½. If "
            "the softmax is nearly certain, no output is near ½.",
            "Row 3 grows without limit.": "You thought of the exponential of z₃, which grows "
            "without limit. It is divided by a sum that grows as fast.",
        },
    ),
    Question(
        "05.equal_derivatives",
        "choice",
        "What is the result for the row [3, 3, 3]?",
        "[0, 0, 0]",
        {
            "[3, 3, 3]": "You thought of a Jacobian that passes the row on unchanged. Each column "
            "of `J` sums to 0, so three equal numbers cancel.",
            "[0, 0, 0]": "If all entries are equal, Div depends only on the sum of the outputs. "
            "This sum is always 1, so Div does not change.",
            "3 times y": "You kept one of the two terms. The other one subtracts the same again.",
            "3 times the diagonal of J": "You multiplied entry by entry, as for a scalar "
            "activation. Here each entry of the result is a sum over a whole column.",
        },
    ),
    Question(
        "05.shape_of_averages",
        "shape",
        "A batch has one such number per row. Which shape must these numbers have, so that numpy "
        "combines them correctly with an array of shape N × C? Use the letters N and C, and "
        "digits.",
        "N × 1",
        {
            "N × 1": "It is a column, as in section 2: one number per row, repeated along the row.",
            "1 × N": "This is a row. numpy would put the number of example 1 into column 1.",
            "N": "numpy treats shape (N,) as a row, so the number of example 1 would go into "
            "column 1.",
            "1 × C": "This is one number per class. Here there is one number per example.",
            "N × C": "This is one number per entry. One number per row is enough, since numpy "
            "repeats it.",
        },
        "There is one number per example, and an example is a row.",
    ),
    Question(
        "05.two_classes",
        "choice",
        "There are two classes, and the second logit is always 0. If you plot y₁ against z₁, which "
        "curve do you get?",
        "the sigmoid",
        {
            "the exponential function": "You looked at the numerator alone. It is divided by the "
            "sum of both exponentials.",
            "the sigmoid": "y₁ = exp(z₁) / (exp(z₁) + 1): this is the sigmoid, in its second form. "
            "The first entry of the Jacobian, y₁ (1 − y₁), is its slope. For two classes, the "
            "first output of the softmax is the sigmoid of the difference of the logits.",
            "a straight line": "You thought of a share that grows evenly. The exponentials make "
            "it a curve that stays between 0 and 1.",
            "the ReLU": "You thought of a maximum. The softmax has no corner.",
        },
    ),
)
