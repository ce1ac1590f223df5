"""The questions of notebook 06."""

from autograder.workspace.questions import Question

QUESTIONS = (
    Question(
        "06.recall_relu",
        "number",
        "From notebook 04: a ReLU got z = −2, and then `backward` gets the derivative 3. Which "
        "derivative goes on to z?",
        "0",
        {
            "0": "At z = −2 the slope of the ReLU is 0, so the derivative is multiplied by 0.",
            "3": "You looked at the sign of the derivative. The sign of z decides: at z = −2 the "
            "slope is 0.",
            "−6": "You multiplied by z itself. The factor is the slope at z, which is 0 here.",
            "−3": "You multiplied by the sign of z. The slope of the ReLU is 0 or 1, never −1.",
        },
        "The derivative is multiplied by the slope of the ReLU at z = −2.",
    ),
    Question(
        "06.recall_divergence",
        "number",
        "From notebook 00: the small network's output is 2, and the desired output is 1. Then the "
        "output becomes 4. How many times larger is the squared error?",
        "9",
        {
            "9": "The distance from the desired output grows from 1 to 3, and Div contains its "
            "square.",
            "3": "You compared the distances, 3 and 1. Div contains the square of the distance.",
            "2": "You compared the outputs, 4 and 2. Div compares an output with the desired "
            "output.",
            "4": "You squared the ratio of the outputs. Div contains the square of the distance "
            "from the desired output, which grows from 1 to 3.",
            "4.5": "This is the new value of Div. The old value is 0.5.",
        },
        "Compute both values of Div, and divide the new one by the old one.",
    ),
    Question(
        "06.jacobian_shape",
        "shape",
        "Look at the shapes: Δy is C_in × 1, and Δz is C_out × 1. Which shape must the Jacobian "
        "have?",
        "C_out × C_in",
        {
            "C_out × C_in": "Its number of columns must match the rows of Δy, and its number of "
            "rows must be that of Δz.",
            "C_in × C_out": "You wrote the input first, as one says it. But the Jacobian stands to "
            "the left of Δy, so its columns belong to the inputs.",
            "C_in × 1": "This is the shape of Δy. The Jacobian is a matrix that multiplies it.",
            "C_out × 1": "This is the shape of the product, Δz.",
            "C_in × C_in": "This would map a change of the input to something with C_in entries. "
            "Δz has C_out entries.",
        },
        "A product of an m × n matrix and an n × 1 column is an m × 1 column.",
    ),
    Question(
        "06.where_is_it_wrong",
        "choice",
        "You move x. Where does the prediction become wrong at some point: at z, or at y?",
        "only at y",
        {
            "only at z": "You thought of the weights. But a layer multiplies and adds, so its "
            "Jacobian is the same everywhere, and the prediction at z is always right.",
            "only at y": "At z the prediction is never wrong: the Jacobian of a layer is the same "
            "everywhere. At y it is wrong as soon as one zⱼ becomes negative. The Jacobian of the "
            "ReLU was computed before the change, where the slope was 1; for negative zⱼ the slope "
            "is 0.",
            "at z and at y": "You thought that every derivative holds for small changes only. The "
            "Jacobian of a layer is the same everywhere, so the prediction at z is always right.",
            "at neither": "You thought of straight lines only. The ReLU has a corner: as soon as "
            "one zⱼ becomes negative, its slope is another one.",
        },
    ),
    Question(
        "06.row_or_column",
        "choice",
        "Choose one entry of `Z`, in row n and column j. Which parts of `A` and `W` do you need to "
        "compute it?",
        "row n of A and row j of W",
        {
            "row n of A and column j of W": "You thought of a matrix product, which combines rows "
            "with columns. But row j of `W` belongs to output j, so you need this row.",
            "row n of A and row j of W": "Row n of `A` is the example, and row j of `W` holds the "
            "weights of output j.",
            "column j of A and row n of W": "You exchanged the two. n counts examples, and these "
            "are the rows of `A`.",
            "row n of A and all of W": "All of `W` is needed for the whole row n of `Z`. One entry "
            "of it is one output, and needs only this output's weights.",
        },
    ),
    Question(
        "06.which_sums",
        "number",
        "Both examples are added, and you change ∂L/∂z₂ of example 2, whose input is [0, 4]. How "
        "many of the four sums change?",
        "1",
        {
            "1": "Only the sum in row z₂, column x₂. Row z₁ does not depend on z₂. In column x₁ "
            "the change is multiplied by x₁ = 0, so this column does not change: an input of 0 had "
            "no effect on the output.",
            "2": "You counted all of row z₂. But one of its two entries is multiplied by x₁ = 0.",
            "4": "You thought that every sum contains every derivative. Row z₁ contains only "
            "∂L/∂z₁.",
            "0": "You thought that an input of 0 makes the whole example vanish. Only x₁ is 0; the "
            "change is also multiplied by x₂ = 4.",
        },
        "Each entry is a product of one derivative and one input. Which products contain ∂L/∂z₂ "
        "of example 2?",
    ),
    Question(
        "06.summed_for_dLdA",
        "choice",
        "`dLdA` is computed from `dLdZ` and `W`. Which dimension must be summed over?",
        "C_out",
        {
            "N": "You thought of the sum over examples, which belongs to the weights. Each example "
            "has a row of its own in `dLdA`.",
            "C_in": "`dLdA` has one number per input, so this dimension must stay.",
            "C_out": "`dLdA` is N × C_in: it does not have the dimension C_out, which `dLdZ` and "
            "`W` share. An input affects all outputs, and their effects are added.",
        },
    ),
    Question(
        "06.summed_for_dLdW",
        "choice",
        "`dLdW` is computed from `dLdZ` and `A`, and `dLdb` from `dLdZ` alone. Which dimension "
        "must be summed over for both?",
        "N",
        {
            "N": "Compare the shapes: the dimension that the result does not have is summed over. "
            "All examples use the same weights and biases, so their derivatives are added.",
            "C_in": "`dLdW` has the shape of `W`, so it has one column per input, and this "
            "dimension must stay.",
            "C_out": "`dLdW` and `dLdb` have one row per output, so this dimension must stay.",
        },
    ),
    Question(
        "06.numbers_in_dLdW",
        "number",
        "A layer has 784 inputs and 10 outputs, and the batch has 64 examples. How many numbers "
        "are in `dLdW`?",
        "7840",
        {
            "7840": "It is as large as `W`, 10 · 784, for any number of examples: we sum over N.",
            "501760": "This is 64 · 7840, one table per example. But the examples are added.",
            "50176": "This is 64 · 784, the size of `A`.",
            "640": "This is 64 · 10, the size of `dLdZ`.",
            "794": "You added 784 and 10. `dLdW` has one number for each pair of an input and an "
            "output.",
            "7850": "These are all parameters of the layer; 10 of them are biases, whose "
            "derivatives are in `dLdb`.",
        },
        "A stored gradient has the shape of the array that it belongs to.",
    ),
)
