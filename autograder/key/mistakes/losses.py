"""Mistakes in a divergence."""

from .model import Mistake

FORWARD = "mytorch.softmax_cross_entropy.SoftmaxCrossEntropy.forward"
BACKWARD = "mytorch.softmax_cross_entropy.SoftmaxCrossEntropy.backward"
PROBLEM = "Training neural nets through Empirical Risk Minimization: Problem Setup"
DIGIT = "Recognizing the digit"
SOFTMAX = "Example Vector Activation: Softmax"
OUTPUT_LAYER = "Backward Pass for softmax output layer"
DERIVATIVES = "Derivatives of vector activation"

SHIFTED = "shifted = Z - Z.max(axis=1, keepdims=True)\n        "
LOGS = "log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))\n        "
TERMS = "Y * log_probabilities"
MEAN = " / len(Z)"
EXPONENTIALS = "exponentials = np.exp(self.Z - self.Z.max(axis=1, keepdims=True))\n        "
PROBABILITIES = "probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)"
DIFFERENCE = "(probabilities - self.Y)"

FROM_THE_RIGHT = (
    "numpy fits shapes from the right: what are (4, 3) and (4,) to each other, and what would "
    "(4, 3) and (4, 1) be?"
)

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="softmax_cross_entropy.summed",
        target=FORWARD,
        old=MEAN,
        new="",
        name="the examples' divergences are added up, and not averaged",
        hint="Twice the same batch should have the same loss as the batch itself. Has it?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.mean_over_entries",
        target=FORWARD,
        old=MEAN,
        new=" / Z.size",
        name="the loss is averaged over examples and classes",
        hint="T on the slide counts examples. What does your denominator count?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.sign",
        target=FORWARD,
        old="-np.sum",
        new="np.sum",
        name="the minus sign of the cross-entropy is lost",
        hint="Logarithms of probabilities are negative. A loss should fall to 0 as the network "
        "gets better: does yours?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.no_logarithm",
        target=FORWARD,
        old=TERMS,
        new="Y * np.exp(log_probabilities)",
        name="the logarithm is left out",
        hint="An answer held for impossible, and right, should cost without limit. What does it "
        "cost with you?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.no_softmax",
        target=FORWARD,
        old=TERMS,
        new="Y * Z",
        name="the logits are taken for the logarithms of probabilities",
        hint="Add 5 to all logits of an example: its probabilities stay what they are. Does your "
        "loss?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.log10",
        target=FORWARD,
        old=TERMS,
        new=f"{TERMS} / np.log(10)",
        name="the logarithm is the one to base 10",
        hint="Two classes, equally likely, natural logarithm: the loss is 0.693. What is yours?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.log2",
        target=FORWARD,
        old=TERMS,
        new=f"{TERMS} / np.log(2)",
        name="the logarithm is the one to base 2",
        hint="Two classes, equally likely, natural logarithm: the loss is 0.693. What is yours?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.binary",
        target=FORWARD,
        old=TERMS,
        new=f"({TERMS} + (1 - Y) * np.log(1 - np.exp(log_probabilities)))",
        name="each class is judged as a yes-or-no question of its own",
        hint="The sum has one term a class, d_i log y_i. What does it say of classes with d_i = 0?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.mean_over_classes",
        target=FORWARD,
        old=MEAN,
        new=" / Z.shape[1]",
        name="the sum is divided by the number of classes",
        hint="T on the slide counts examples. What does your denominator count?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.no_target",
        target=FORWARD,
        old=TERMS,
        new="log_probabilities",
        name="the logarithms of all classes count, whichever is wanted",
        hint="Which letter on the slide picks the term of the right class?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.over_everything",
        target=FORWARD,
        old=SHIFTED + LOGS,
        new="shifted = Z - Z.max()\n        "
        "log_probabilities = shifted - np.log(np.exp(shifted).sum())\n        ",
        name="inside the loss, the whole batch together sums to 1",
        hint="Each example has probabilities of its own. How many terms has the sum below the "
        "fraction bar, in yours?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.not_normalised",
        target=FORWARD,
        old=TERMS,
        new="Y * shifted",
        name="the exponentials inside the logarithm are not divided by their sum",
        hint="What does the loss say where the right class has the largest logit, but only just? "
        "Its probability is not 1.",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.logarithm_of_sum",
        target=FORWARD,
        old="np.sum(Y * log_probabilities)",
        new="np.log(np.sum(Y * np.exp(log_probabilities)))",
        name="the logarithm is taken of the sum over the examples",
        hint="Each example has its own Div, with a logarithm inside. Which comes first, log or Σ?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.softmax_twice",
        target=FORWARD,
        old=SHIFTED,
        new="Z = np.exp(Z - Z.max(axis=1, keepdims=True))\n        "
        "Z = Z / Z.sum(axis=1, keepdims=True)\n        " + SHIFTED,
        name="the softmax is applied twice",
        hint="Logits go in, probabilities come out. What does a second softmax make of "
        "probabilities?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.shift_not_undone",
        target=FORWARD,
        old=LOGS,
        new=LOGS.replace("shifted -", "Z -", 1),
        name="the logits are shifted in one place, and not in the other",
        hint="A shift changes nothing if it is the same in both terms of log y_i. Is yours?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.over_the_batch",
        target=FORWARD,
        old=SHIFTED + LOGS,
        new="shifted = Z - Z.max(axis=0, keepdims=True)\n        "
        "log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=0, keepdims=True))\n"
        "        ",
        name="the softmax inside the loss runs over the examples",
        hint="The probabilities of one example's classes sum to 1. Along which axis are those?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.no_keepdims",
        target=FORWARD,
        old=SHIFTED + LOGS,
        new="shifted = Z - Z.max(axis=1)\n        "
        "log_probabilities = shifted - np.log(np.exp(shifted).sum(axis=1))\n        ",
        name="inside the loss, the rows' maxima and sums are laid along the columns",
        hint=FROM_THE_RIGHT,
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.no_keepdims_no_shift",
        target=FORWARD,
        old=SHIFTED + LOGS,
        new="log_probabilities = Z - np.log(np.exp(Z).sum(axis=1))\n        ",
        name="inside the loss, the rows' sums are laid along the columns",
        hint=FROM_THE_RIGHT,
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.every_target",
        target=FORWARD,
        old="-np.sum(Y * log_probabilities) / len(Z)",
        new="-np.mean(log_probabilities[:, Y.argmax(axis=1)])",
        name="each example is held against the wanted classes of all examples",
        hint="A colon picks all rows. Which rows belong to the list of wanted classes: the first "
        "with the first, the second with the second, …?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.target_along_the_batch",
        target=FORWARD,
        old="-np.sum(Y * log_probabilities)",
        new="-np.sum(log_probabilities[np.arange(len(Z)), Y.argmax(axis=0)])",
        name="the wanted class is searched along the batch",
        hint="Each row of Y holds one 1. Along which axis does its place say which "
        "class is wanted?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.squared_error",
        target=FORWARD,
        old="-np.sum(Y * log_probabilities)",
        new="0.5 * np.sum((np.exp(log_probabilities) - Y) ** 2)",
        name="it is the squared error of the probabilities",
        hint="An answer held for impossible, and right, should cost without limit. What is the "
        "most that yours can cost?",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.entropy",
        target=FORWARD,
        old=TERMS,
        new="np.exp(log_probabilities) * log_probabilities",
        name="the probabilities are held against themselves, and not against what was wanted",
        hint="Where does the wanted output come into your loss? Without it, any certain answer "
        "is a good one.",
        slide=DIGIT,
    ),
    Mistake(
        id="softmax_cross_entropy.last_example_only",
        target=FORWARD,
        old="np.sum(Y * log_probabilities)",
        new="np.sum(Y[-1] * log_probabilities[-1])",
        name="only the last example's divergence is divided by N",
        hint="What does your loop do with the sum so far: add to it, or put another in its place?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.state_on_the_class",
        target=FORWARD,
        old="self.Z, self.Y = Z, Y\n",
        new="vars(self).clear()\n        SoftmaxCrossEntropy.Z, SoftmaxCrossEntropy.Y = Z, Y\n",
        name="what is put aside is kept for all losses together, and not for each its own",
        hint="One loss for training, one for a test: what does the first one find, after the "
        "second one has put its own in the same place? What belongs to one object is kept in self.",
        slide="Computing derivatives",
    ),
    Mistake(
        id="softmax_cross_entropy.per_example",
        target=FORWARD,
        old="float(-np.sum(Y * log_probabilities) / len(Z))",
        new="-np.sum(Y * log_probabilities, axis=1)",
        name="each example keeps a divergence of its own",
        hint="The loss is one number for the whole batch: what does the slide do with the Div?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.no_shift",
        target=FORWARD,
        old=SHIFTED,
        new="shifted = Z\n        ",
        name="the exponential of a large logit overflows in the loss",
        hint="exp(1000) is inf. Which number may you subtract from a row of logits without "
        "changing its softmax?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.log_of_zero",
        target=FORWARD,
        old=LOGS,
        new="log_probabilities = np.log(\n            "
        "np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True))\n        ",
        name="the logarithm meets a number that was rounded to 0, or has overflowed",
        hint="log(exp(a)/S) needs neither the exponential nor the quotient: what is the logarithm "
        "of a quotient? And which number of a row, subtracted, leaves nothing that overflows?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.epsilon",
        target=FORWARD,
        old=LOGS,
        new="log_probabilities = np.log(\n            "
        "np.exp(shifted) / np.exp(shifted).sum(axis=1, keepdims=True) + 1e-12)\n        ",
        name="a small number inside the logarithm caps the loss",
        hint="log(0 + 1e-12) is −27.6, however wrong the network is. What is the logarithm of a "
        "quotient?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.largest_for_the_sum",
        target=FORWARD,
        old=LOGS,
        new="logarithms = np.log(np.exp(shifted).sum(axis=1, keepdims=True))\n        "
        "far = np.abs(Z).max(axis=1, keepdims=True) > 500\n        "
        "log_probabilities = shifted - np.where(far, 0, logarithms)\n        ",
        name="where logits are large, the largest one stands for the logarithm of the sum",
        hint="log Σ exp(z) is more than the largest z, by up to log C. Once the largest is "
        "subtracted, nothing overflows: is there a need to leave the sum out?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_not_averaged",
        target=BACKWARD,
        old=" / len(self.Z)",
        new="",
        name="the 1/N of the loss is missing in its derivative",
        hint="The loss is an average over the batch. What is the derivative of a sum divided by N?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_averaged_twice",
        target=BACKWARD,
        old=" / len(self.Z)",
        new=" / len(self.Z) / len(self.Z)",
        name="the derivative is divided by N twice",
        hint="1/N enters once, in the loss. Where have you divided?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_over_entries",
        target=BACKWARD,
        old=" / len(self.Z)",
        new=" / self.Z.size",
        name="the derivative is divided by examples times classes",
        hint="T on the slide counts examples. What does your denominator count?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_half_averaged",
        target=BACKWARD,
        old=f"{DIFFERENCE} / len(self.Z)",
        new="probabilities - self.Y / len(self.Z)",
        name="only one of the two terms is divided by N",
        hint="Python divides before it subtracts. Is every part of the derivative divided by N?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_over_classes",
        target=BACKWARD,
        old=" / len(self.Z)",
        new=" / self.Z.shape[1]",
        name="the derivative is divided by the number of classes",
        hint="T on the slide counts examples. What does your denominator count?",
        slide=PROBLEM,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_sign_not_averaged",
        target=BACKWARD,
        old=f"{DIFFERENCE} / len(self.Z)",
        new="self.Y - probabilities",
        name="the derivative points downhill, and the 1/N of the loss is missing",
        hint="Make the logit of a wrong class larger: does the loss grow or fall? And what is the "
        "derivative of a sum divided by N?",
        slide=OUTPUT_LAYER,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_by_outputs_not_averaged",
        target=BACKWARD,
        old=f"{DIFFERENCE} / len(self.Z)",
        new="-self.Y / probabilities",
        name="the derivative is the one of an example's Div by the probabilities",
        hint="There are two steps from the logits to Div, and one from there to the loss. You "
        "have gone back through one of the three.",
        slide=OUTPUT_LAYER,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_over_everything",
        target=BACKWARD,
        old=EXPONENTIALS + PROBABILITIES,
        new="exponentials = np.exp(self.Z - self.Z.max())\n        "
        "probabilities = exponentials / exponentials.sum()",
        name="inside the derivative, the whole batch together sums to 1",
        hint="Each example has probabilities of its own. How many terms has the sum below the "
        "fraction bar, in yours?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_sign",
        target=BACKWARD,
        old=DIFFERENCE,
        new="(self.Y - probabilities)",
        name="the derivative points downhill",
        hint="Make the logit of a wrong class larger: does the loss grow or fall? Which sign has "
        "its derivative?",
        slide=OUTPUT_LAYER,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_by_outputs",
        target=BACKWARD,
        old=DIFFERENCE,
        new="(-self.Y / probabilities)",
        name="the derivative is the one by the probabilities, and not by the logits",
        hint="There are two steps from the logits to the loss. You have gone back through one.",
        slide=OUTPUT_LAYER,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_of_logits",
        target=BACKWARD,
        old=DIFFERENCE,
        new="(self.Z - self.Y)",
        name="the logits stand in the derivative where the probabilities should",
        hint="The derivative by an example's logits sums to 0 over its classes. Does yours?",
        slide=OUTPUT_LAYER,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_diagonal_only",
        target=BACKWARD,
        old=DIFFERENCE,
        new="(-self.Y * (1 - probabilities))",
        name="only the right class's own logit gets a derivative",
        hint="The right class's probability moves with the logits of all classes. What derivative "
        "do the wrong classes get from you?",
        slide=DERIVATIVES,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_no_target",
        target=BACKWARD,
        old=DIFFERENCE,
        new="probabilities",
        name="the wanted output does not enter the derivative",
        hint="Where the network is certain and right, there is nothing to learn: the derivative "
        "is 0. Is yours?",
        slide=OUTPUT_LAYER,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_over_the_batch",
        target=BACKWARD,
        old=EXPONENTIALS + PROBABILITIES,
        new="exponentials = np.exp(self.Z - self.Z.max(axis=0, keepdims=True))\n        "
        "probabilities = exponentials / exponentials.sum(axis=0, keepdims=True)",
        name="the softmax inside the derivative runs over the examples",
        hint="The probabilities of one example's classes sum to 1. Along which axis are those?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_no_shift",
        target=BACKWARD,
        old=EXPONENTIALS,
        new="exponentials = np.exp(self.Z)\n        ",
        name="the exponential of a large logit overflows in the derivative",
        hint="exp(1000) is inf, and inf/inf is no number. Which number may you subtract from a "
        "row of logits without changing its softmax?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_no_keepdims",
        target=BACKWARD,
        old=EXPONENTIALS + PROBABILITIES,
        new="exponentials = np.exp(self.Z - self.Z.max(axis=1))\n        "
        "probabilities = exponentials / exponentials.sum(axis=1)",
        name="inside the derivative, the rows' maxima and sums are laid along the columns",
        hint=FROM_THE_RIGHT,
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_no_keepdims_no_shift",
        target=BACKWARD,
        old=EXPONENTIALS + PROBABILITIES,
        new="exponentials = np.exp(self.Z)\n        "
        "probabilities = exponentials / exponentials.sum(axis=1)",
        name="inside the derivative, the rows' sums are laid along the columns",
        hint=FROM_THE_RIGHT,
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_softmax_twice",
        target=BACKWARD,
        old=f"return {DIFFERENCE}",
        new="exponentials = np.exp(probabilities)\n        "
        "probabilities = exponentials / exponentials.sum(axis=1, keepdims=True)\n        "
        f"return {DIFFERENCE}",
        name="the softmax is applied twice in the derivative",
        hint="Logits go in, probabilities come out. What did the forward pass put aside: which of "
        "the two does your way back find there?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_not_normalised",
        target=BACKWARD,
        old=DIFFERENCE,
        new="(np.exp(self.Z) - self.Y)",
        name="the exponentials in the derivative are not divided by their sum",
        hint="The derivative by an example's logits sums to 0 over its classes. Does yours?",
        slide=SOFTMAX,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_every_target",
        target=BACKWARD,
        old=f"return {DIFFERENCE} / len(self.Z)",
        new="probabilities[:, self.Y.argmax(axis=1)] -= 1\n        "
        "return probabilities / len(self.Z)",
        name="the 1 is subtracted in every row, for the wanted classes of all examples",
        hint="A colon picks all rows. Which rows belong to the list of wanted classes: the first "
        "with the first, the second with the second, …?",
        slide=OUTPUT_LAYER,
    ),
    Mistake(
        id="softmax_cross_entropy.gradient_averaged_over_examples",
        target=BACKWARD,
        old=f"{DIFFERENCE} / len(self.Z)",
        new=f"{DIFFERENCE}.mean(axis=0)",
        name="the examples' derivatives are melted into one",
        hint="Every example has logits of its own, and a derivative by each. What has to be done "
        "with N: divide by it, or also add up?",
        slide=OUTPUT_LAYER,
    ),
)
