"""Mistakes in scalar activations."""

from .model import Mistake

VECTOR = "Special Case 1. Vector activations"
RULE = "Scalar Activation: Derivative rule"
CORNER = "Special Case : Non-differentiable activations"
SUBGRADIENT = "Subgradients and the RELU"
REMEMBER = "Computing derivatives"

ITS_OWN = (
    "A network has an activation after each layer. What does the first one find, after the last "
    "one has put its own in the same place? What belongs to one object is kept in self."
)
ENTRY_BY_ENTRY = (
    "The rule holds for each z_i alone. How many products make one entry of yours, and how many "
    "should?"
)

SIGMOID = "mytorch.sigmoid.Sigmoid.forward"
SIGMOID_BACK = "mytorch.sigmoid.Sigmoid.backward"
CURVE = "np.where(Z >= 0, 1 / (1 + decay), decay / (1 + decay))"
SLOPE = "self.A * (1 - self.A)"

RELU = "mytorch.relu.ReLU.forward"
RELU_BACK = "mytorch.relu.ReLU.backward"
RECTIFIED = "np.maximum(Z, 0)"
MASKED = "np.where(self.Z >= 0, dLdA, 0)"

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="sigmoid.sign_of_exponent",
        target=SIGMOID,
        old="Z >= 0",
        new="Z < 0",
        name="the exponent has lost its minus sign",
        hint="A large z should give nearly 1, and a very negative one nearly 0. Which do you get?",
        slide=VECTOR,
    ),
    Mistake(
        id="sigmoid.minus_in_denominator",
        target=SIGMOID,
        old=CURVE,
        new="1 / (1 - np.exp(-Z))",
        name="the denominator has a minus where the plus should be",
        hint="What should the sigmoid of 0 be, and what is yours?",
        slide=VECTOR,
    ),
    Mistake(
        id="sigmoid.denominator_without_brackets",
        target=SIGMOID,
        old=CURVE,
        new="1 / 1 + np.exp(-Z)",
        name="the denominator itself comes out: 1 + exp(−z), and not 1 divided by it",
        hint="Python divides before it adds, unless there are brackets. What does your expression "
        "give for z = 0, and what should it?",
        slide=VECTOR,
    ),
    Mistake(
        id="sigmoid.no_one",
        target=SIGMOID,
        old=CURVE,
        new="1 / np.exp(-Z)",
        name="the 1 in the denominator is missing",
        hint="However large z is, y should stay below 1. What keeps the fraction there?",
        slide=VECTOR,
    ),
    Mistake(
        id="sigmoid.tanh",
        target=SIGMOID,
        old=CURVE,
        new="np.tanh(Z)",
        name="it is the hyperbolic tangent",
        hint="The two curves have one shape, but the sigmoid lies between 0 and 1. Where is yours?",
        slide=VECTOR,
    ),
    Mistake(
        id="sigmoid.absolute",
        target=SIGMOID,
        old=CURVE,
        new="1 / (1 + decay)",
        name="negative numbers are treated like positive ones",
        hint="What should the sigmoid of −3 be, and what is yours? The fraction that is safe for "
        "a negative z is another than for a positive one.",
        slide=VECTOR,
    ),
    Mistake(
        id="sigmoid.two_signs",
        target=SIGMOID,
        old=CURVE,
        new="np.exp(Z) / (1 + np.exp(-Z))",
        name="the exponents above and below the fraction bar have different signs",
        hint="Multiply 1/(1 + exp(−z)) by exp(z) above and below. What becomes of the exp(−z) "
        "below?",
        slide=VECTOR,
    ),
    Mistake(
        id="sigmoid.overflow",
        target=SIGMOID,
        old=CURVE,
        new="np.exp(Z) / (1 + np.exp(Z))",
        name="the exponential of a large z overflows",
        hint="exp(1000) is inf, and inf/inf is no number. Which way of writing the same fraction "
        "takes the exponential of no large positive number?",
        slide=VECTOR,
    ),
    Mistake(
        id="sigmoid.input_remembered",
        target=SIGMOID,
        old=f"self.A = {CURVE}\n        return self.A",
        new=f"self.A = Z\n        return {CURVE}",
        name="f′, written for the output y, is fed with z",
        hint="Your formula for f′ is made for the output y. What did the forward pass put aside?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.state_on_the_class",
        target=SIGMOID,
        old=f"self.A = {CURVE}\n        return self.A",
        new=f"vars(self).pop('A', None)\n        Sigmoid.A = {CURVE}\n        return self.A",
        name="what is put aside is kept for all activations together, and not for each its own",
        hint=ITS_OWN,
        slide=REMEMBER,
    ),
    Mistake(
        id="sigmoid.derivative_plus",
        target=SIGMOID_BACK,
        old="(1 - self.A)",
        new="(1 + self.A)",
        name="f′ has a plus where a minus should be",
        hint="The curve is flat at both ends: what should f′ be where y is nearly 1?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.twice",
        target=SIGMOID_BACK,
        old=SLOPE,
        new="(s := 1 / (1 + np.exp(-self.A))) * (1 - s)",
        name="f′ is taken at y, where z should stand",
        hint="Your way back applies the sigmoid a second time. Is what you put aside z, or y?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.no_upstream",
        target=SIGMOID_BACK,
        old="dLdA * ",
        new="",
        name="the derivative that comes in is not used",
        hint="The slide's rule is a product of two derivatives. You have f′: which is missing?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.passes_through",
        target=SIGMOID_BACK,
        old=f" * {SLOPE}",
        new="",
        name="the derivative passes through unchanged",
        hint="The rule on the slide is a product of two derivatives. dLdA is one of them.",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.derivative_of_tanh",
        target=SIGMOID_BACK,
        old=SLOPE,
        new="(1 - self.A * self.A)",
        name="f′ is that of the hyperbolic tangent",
        hint="Two curves of one shape have two derivatives. What is the slope of yours at z = 0? "
        "Draw the tangent.",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.only_one_minus_y",
        target=SIGMOID_BACK,
        old=SLOPE,
        new="(1 - self.A)",
        name="one of the two factors of f′ is missing",
        hint="The curve is flat at both ends. Is your f′ small where y is nearly 0?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.only_y",
        target=SIGMOID_BACK,
        old=SLOPE,
        new="self.A",
        name="of f′ only the factor y is there",
        hint="The curve is flat at both ends. Is your f′ small where y is nearly 1?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.derivative_sign",
        target=SIGMOID_BACK,
        old="(1 - self.A)",
        new="(self.A - 1)",
        name="f′ has the wrong sign",
        hint="The curve rises everywhere. Can f′ be negative?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.upstream_on_first_term",
        target=SIGMOID_BACK,
        old=f"dLdA * {SLOPE}",
        new="dLdA * self.A - self.A * self.A",
        name="dLdA multiplies one term of f′ only",
        hint="f′ = y − y² has two terms. What is your expression where dLdA is 0, and what should "
        "it be?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.at_upstream",
        target=SIGMOID_BACK,
        old=SLOPE,
        new="(s := 1 / (1 + np.exp(-dLdA))) * (1 - s)",
        name="f′ is taken at dLdA, where z should stand",
        hint="A slope belongs to a place on the curve. Is that place z, or the derivative that "
        "comes in?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.no_brackets",
        target=SIGMOID_BACK,
        old=SLOPE,
        new="self.A * 1 - self.A",
        name="brackets are missing in the derivative",
        hint="Python multiplies before it subtracts. What is your expression where dLdA is 0?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.matrix_product",
        target=SIGMOID_BACK,
        old=f"dLdA * {SLOPE}",
        new=f"dLdA @ ({SLOPE})",
        name="dLdA and f′ are multiplied as matrices, and not entry by entry",
        hint=ENTRY_BY_ENTRY,
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.upstream_added",
        target=SIGMOID_BACK,
        old=f"dLdA * {SLOPE}",
        new=f"dLdA + {SLOPE}",
        name="f′ is added to the derivative that comes in",
        hint="Two derivatives in a chain: how far does Div move, if y moves by 3 and Div twice as "
        "far as y?",
        slide=RULE,
    ),
    Mistake(
        id="sigmoid.upstream_for_output",
        target=SIGMOID_BACK,
        old=f"dLdA * {SLOPE}",
        new="dLdA * (1 - dLdA)",
        name="dLdA stands in f′, where y should",
        hint="f′ = y (1 − y), and y is what the sigmoid gave on the way forward. Is dLdA that?",
        slide=RULE,
    ),
    Mistake(
        id="relu.absolute",
        target=RELU,
        old=RECTIFIED,
        new="np.abs(Z)",
        name="negative numbers lose their sign, instead of being stopped",
        hint="What should come out for z = −3?",
        slide=CORNER,
    ),
    Mistake(
        id="relu.largest_of_column",
        target=RELU,
        old=RECTIFIED,
        new="np.max(Z, 0)",
        name="the largest number of each column is kept, instead of comparing each number with 0",
        hint="Each number is compared with 0, on its own. Yours has lost an axis: what does the 0 "
        "mean to the function that you call?",
        slide=CORNER,
    ),
    Mistake(
        id="relu.passes_through",
        target=RELU,
        old=RECTIFIED,
        new="Z",
        name="z comes out as it went in",
        hint="What should come out for z = −3, and what does come out? Is what you compute also "
        "what you return?",
        slide=CORNER,
    ),
    Mistake(
        id="relu.stops_at_one",
        target=RELU,
        old=RECTIFIED,
        new="np.clip(Z, 0, 1)",
        name="numbers above 1 are cut as well",
        hint="What should come out for z = 3? The rectifier stops on one side only.",
        slide=CORNER,
    ),
    Mistake(
        id="relu.leaky",
        target=RELU,
        old=RECTIFIED,
        new="np.maximum(Z, 0.01 * Z)",
        name="it is the leaky variant, with a slope of 0.01 below 0",
        hint="The plain rectifier lets nothing through below 0.",
        slide=CORNER,
    ),
    Mistake(
        id="relu.step",
        target=RELU,
        old=RECTIFIED,
        new="np.where(Z > 0, 1.0, 0.0)",
        name="it answers whether a number is positive, and not with the number",
        hint="What should come out for z = 3? A step tells open from closed; a rectifier lets the "
        "number itself through.",
        slide=CORNER,
    ),
    Mistake(
        id="relu.minimum",
        target=RELU,
        old=RECTIFIED,
        new="np.minimum(Z, 0)",
        name="the negative numbers pass, and the positive ones are stopped",
        hint="Try 3 and −3. Which of them should come out again?",
        slide=CORNER,
    ),
    Mistake(
        id="relu.state_on_the_class",
        target=RELU,
        old="self.Z = Z\n",
        new="vars(self).pop('Z', None)\n        ReLU.Z = Z\n",
        name="what is put aside is kept for all rectifiers together, and not for each its own",
        hint=ITS_OWN,
        slide=REMEMBER,
    ),
    Mistake(
        id="relu.matrix_product",
        target=RELU_BACK,
        old=MASKED,
        new="dLdA @ (self.Z >= 0)",
        name="dLdA and the mask are multiplied as matrices, and not entry by entry",
        hint=ENTRY_BY_ENTRY,
        slide=RULE,
    ),
    Mistake(
        id="relu.not_masked",
        target=RELU_BACK,
        old=MASKED,
        new="dLdA",
        name="the derivative passes even where the rectifier was closed",
        hint="Where z < 0, y does not move when z does: what is the derivative there? If your "
        "forward changes Z in place, backward no longer knows which z were negative.",
        slide=SUBGRADIENT,
    ),
    Mistake(
        id="relu.no_upstream",
        target=RELU_BACK,
        old="dLdA, 0)",
        new="1.0, 0.0)",
        name="the slope is returned, without the derivative that comes in",
        hint="The slide's rule is a product of two derivatives. You have f′: which is missing?",
        slide=RULE,
    ),
    Mistake(
        id="relu.mask_of_upstream",
        target=RELU_BACK,
        old="self.Z >= 0",
        new="dLdA >= 0",
        name="the sign of dLdA decides what passes, instead of that of z",
        hint="f′ is taken at z. Can a derivative that comes back be negative where the rectifier "
        "was open?",
        slide=SUBGRADIENT,
    ),
    Mistake(
        id="relu.times_output",
        target=RELU_BACK,
        old=MASKED,
        new="dLdA * np.maximum(self.Z, 0)",
        name="dLdA is multiplied by the output, instead of by the slope",
        hint="How fast does y grow with z where z = 5: five times as fast, or just as fast?",
        slide=SUBGRADIENT,
    ),
    Mistake(
        id="relu.times_input",
        target=RELU_BACK,
        old=MASKED,
        new="dLdA * self.Z",
        name="dLdA is multiplied by z, instead of by the slope",
        hint="How fast does y grow with z where z = 5: five times as fast, or just as fast?",
        slide=SUBGRADIENT,
    ),
    Mistake(
        id="relu.negative_derivatives_stopped",
        target=RELU_BACK,
        old=MASKED,
        new="np.where(self.Z >= 0, np.maximum(dLdA, 0), 0)",
        name="negative derivatives are stopped as well",
        hint="The rectifier cuts numbers on the way forward. Can a derivative that comes back be "
        "negative where it was open?",
        slide=SUBGRADIENT,
    ),
    Mistake(
        id="relu.mask_upside_down",
        target=RELU_BACK,
        old="self.Z >= 0",
        new="self.Z < 0",
        name="the derivative passes exactly where it should be stopped",
        hint="On which side of 0 does y follow z?",
        slide=SUBGRADIENT,
    ),
    Mistake(
        id="relu.slope_of_absolute",
        target=RELU_BACK,
        old="dLdA, 0)",
        new="dLdA, -dLdA)",
        name="the slope below 0 is −1",
        hint="Below 0 the curve is flat. Which curve falls there?",
        slide=SUBGRADIENT,
    ),
    Mistake(
        id="relu.leaky_gradient",
        target=RELU_BACK,
        old="dLdA, 0)",
        new="dLdA, 0.01 * dLdA)",
        name="the slope below 0 is that of the leaky variant",
        hint="The plain rectifier is flat below 0.",
        slide=SUBGRADIENT,
    ),
)
