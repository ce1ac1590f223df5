"""The questions of notebook 08."""

from autograder.workspace.questions import Question

QUESTIONS = (
    Question(
        "08.recall_stored_array",
        "choice",
        "From notebook 06: which array of the forward pass does `Linear.backward` need for `dLdW`?",
        "its input A",
        {
            "its input A": "The derivative of a weight is its input times the derivative at its "
            "output.",
            "its output Z": "You thought of the sigmoid, which computes its slope from its output. "
            "The derivative of a weight is its input times the derivative at its output.",
            "its weights W": "The weights are needed for `dLdA`. They are in the layer anyway.",
            "none: dLdZ is enough": "That is true for `dLdb`. A weight multiplies an input, so "
            "its derivative contains this input.",
        },
    ),
    Question(
        "08.recall_one_row",
        "number",
        "From notebook 07: y = [¼, ¼, ½], and the right class is 1. What is ∂Div/∂z₁?",
        "−3/4",
        {
            "−3/4": "It is ¼ − 1: the probability minus the desired output.",
            "1/4": "This is the probability. For the right class, 1 is subtracted from it.",
            "3/4": "The sign is wrong: raising the right class's logit lowers Div.",
            "−4": "This is the derivative with respect to y₁, −1/y₁. The step from y₁ to z₁ is "
            "missing.",
            "−3/8": "This is half of it, as if there were 1/N for two examples. One example's Div "
            "has no such factor.",
        },
        "Compare the probability of class 1 with its desired output.",
    ),
    Question(
        "08.without_activation",
        "number",
        "Remove the activation between the two layers. How many layers would be enough to compute "
        "the same function?",
        "1",
        {
            "1": "W₂ (W₁ x + b₁) + b₂ is (W₂ W₁) x plus a constant: this is a single layer, with "
            "the weights that the next cell prints. Without nonlinear activations, any number of "
            "layers is equivalent to one.",
            "2": "You thought that two layers with different weights cannot be one. But their "
            "weights can be multiplied: W₂ W₁ is one matrix.",
            "0": "Without any layer the output would be the input. The weights W₂ W₁ are left.",
        },
        "Put z = W₁ x + b₁ into W₂ z + b₂, and multiply out.",
    ),
    Question(
        "08.left_out_by_zip",
        "choice",
        "Python's `zip` goes through two lists together and stops at the end of the shorter one. "
        "Which layer does `zip(self.layers, self.f)` leave out, and when must you call it?",
        "the last layer, after the loop",
        {
            "the first layer, before the loop": "You thought of the input. `zip` begins with both "
            "first entries, and leaves out what is behind the end of the shorter list.",
            "the last layer, after the loop": "No activation follows the last layer, so `f` is "
            "shorter by one.",
            "none": "The lists differ in length: there are K layers and K − 1 activations.",
            "the last layer, and it must not be called": "It is left out because no activation "
            "follows it. But its output is the network's output.",
        },
    ),
    Question(
        "08.unit_without_effect",
        "choice",
        "In example 2, the first hidden unit has z = −2. Which derivatives are 0 for this reason: "
        "those of the weights into this unit, or that of the weight out of it?",
        "all of them",
        {
            "only those of the weights into it": "The slope of the ReLU is 0, so these are 0. But "
            "the output of the ReLU is 0, too, and the weight out of the unit is multiplied by it.",
            "only that of the weight out of it": "The output of the ReLU is 0, so this one is 0. "
            "But the slope of the ReLU is 0, too, and all derivatives before it contain it.",
            "all of them": "The slope of the ReLU is 0 at z = −2, so ∂z = 0, and the derivatives "
            "of the weights and the bias before it are 0. The output of the ReLU is y = 0, so the "
            "weight after it is multiplied by 0, and its derivative is 0, too. Only ∂y = −1 is not "
            "0: the loss depends on this output, but small changes of the weights before it do not "
            "change this output.",
            "none": "You thought that the loss still depends on this unit. It depends on its "
            "output, but at z = −2 small changes of the weights do not change this output.",
        },
    ),
    Question(
        "08.nearer_to_0",
        "choice",
        "The weight from x₂ to the first hidden unit is −1, and its derivative is 2. Does a step "
        "bring this weight nearer to 0?",
        "no: it becomes more negative",
        {
            "yes: a step makes every weight smaller in size": "You thought that descent makes the "
            "weights small. It makes the loss small: the direction depends only on the sign of the "
            "derivative.",
            "yes: the derivative is positive, so the weight increases": "A positive derivative "
            "says that the loss grows with the weight. The step goes against it.",
            "no: it becomes more negative": "The weight moves away from 0. The direction of the "
            "step depends only on the sign of the derivative, not on the sign of the weight.",
        },
    ),
    Question(
        "08.always_falls",
        "choice",
        "A step always goes against the derivative. Does the loss always fall?",
        "no: a step can be too long",
        {
            "yes: the derivative says so": "The derivative predicts the effect of a small step "
            "only. A long step can lead up again on the other side.",
            "yes, if the derivative is not 0": "That is enough for a step that is small enough. A "
            "long step can still lead up again.",
            "no: a step can be too long": "The derivative describes the loss only near the current "
            "parameters. The loss is smallest at about η = 0.074, where it is 0.072. If η is "
            "greater than about 0.15, the step is too long, and the loss is larger than before. At "
            "η = ⅙ the curve has a corner: for larger η, the first hidden unit has a negative z "
            "for example 1, too.",
        },
    ),
    Question(
        "08.first_loss",
        "choice",
        "At first your network has learned nothing. What is its loss then, with two classes? And "
        "when does the border between the moons become curved?",
        "about 0.693; late",
        {
            "about 0.693; at once": "The loss is right. But one straight border already separates "
            "most of the points, and the training finds it first.",
            "about 0.693; late": "log 2 is 0.693. In 50 steps the loss falls to 0.24, and the "
            "border is still nearly straight. Then it changes little for a long time: in the next "
            "50 steps it falls only to 0.23. The border becomes curved late. After 400 steps the "
            "loss is 0.035.",
            "about 0.5; late": "You gave the probability of the right class. The loss is minus its "
            "logarithm.",
            "about 2.303; late": "This is log 10, for ten classes. Here there are two.",
        },
    ),
    Question(
        "08.places_in_between",
        "choice",
        "Could the line with `PLACES` stand between the line with the loss and `net.backward`?",
        "no: each layer stores its last input",
        {
            "yes: it only computes answers for the picture": "A `forward` also stores its input in "
            "each layer. Then `backward` would use the input for `PLACES`.",
            "no: each layer stores its last input": "Then this would be the input for `PLACES`. "
            "But the derivatives that arrive belong to `POINTS`. Even the shapes would differ: 672 "
            "examples and 60 examples.",
            "no: it would change the weights": "`forward` changes no weights; only `step` does. "
            "But it stores its input in each layer.",
        },
    ),
    Question(
        "08.all_zero",
        "number",
        "Let all nine parameters of the small network be 0. How many of their nine derivatives are "
        "not 0?",
        "1",
        {
            "1": "Only the derivative of the last bias is not 0. y₁ = 0, so the derivative of W₂ "
            "is 0. And W₂ = 0, so the derivatives that arrive at the first layer are 0. This is "
            "still true after every step: only the last bias ever changes. That is why the "
            "weights start with random values.",
            "0": "You thought that zeros give only zeros. But the output 0 is not the desired "
            "output, and the last bias is added to it directly.",
            "3": "You counted all parameters of the last layer. Its two weights are multiplied by "
            "y₁ = 0.",
            "9": "You thought that the error reaches every parameter. On its way back it is "
            "multiplied by W₂ = 0.",
        },
        "Go back from the output: with which number is each derivative multiplied?",
    ),
)
