"""Mistakes in a layer."""

from .model import Mistake

FORWARD = "mytorch.linear.Linear.forward"
BACKWARD = "mytorch.linear.Linear.backward"
FORMULA = "Vector formulation"
APPLICATION = "Special Case: Application to a network"
SHAPES = "More calculus: Special Case"
ADDING = "Training by BackProp"
STORE = "Overall Approach"

OUTPUT = "A @ self.W.T + self.b.T"
WEIGHTS = "dLdZ.T @ self.A"
BIASES = "dLdZ.T @ np.ones((len(dLdZ), 1), dLdZ.dtype)"

# The factor in a step at places where the exercise has no step size.
STEP_SIZES = {"whole": 1, "of_a_tenth": 0.1, "of_a_hundredth": 0.01, "of_a_thousandth": 0.001}

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="linear.no_bias",
        target=FORWARD,
        old=" + self.b.T",
        new="",
        name="the bias is left out",
        hint="What does the layer give for an input of zeros? The slide adds something to W y.",
        slide=FORMULA,
    ),
    Mistake(
        id="linear.bias_of_first_output",
        target=FORWARD,
        old="+ self.b.T",
        new="+ self.b[0]",
        name="the first output's bias is added to all outputs",
        hint="b has a row for every output. How many of its rows does an index of 0 pick?",
        slide=FORMULA,
    ),
    Mistake(
        id="linear.bias_subtracted",
        target=FORWARD,
        old=" + self.b.T",
        new=" - self.b.T",
        name="the bias is subtracted",
        hint="Set W to zero: the output should then be b itself, not −b.",
        slide=FORMULA,
    ),
    Mistake(
        id="linear.weights_not_transposed",
        target=FORWARD,
        old="A @ self.W.T",
        new="A @ self.W",
        name="A meets W with the wrong side",
        hint="Write the shapes of A and W beside each other. The slide has one example as a "
        "column; yours are rows. Which sides must be equal?",
        slide=FORMULA,
    ),
    Mistake(
        id="linear.bias_along_the_batch",
        target=FORWARD,
        old=" + self.b.T",
        new=" + self.b",
        name="each example gets a bias of its own, instead of each output",
        hint="b has an entry for every output. Along which axis of Z do the outputs lie?",
        slide=FORMULA,
    ),
    Mistake(
        id="linear.weights_turned_for_good",
        target=FORWARD,
        old=f"return {OUTPUT}",
        new="self.W = self.W.T\n        return A @ self.W + self.b.T",
        name="forward turns W itself over, and leaves it so",
        hint="Call forward twice with the same input, on a square W. Why do the results differ? "
        "W is the layer's own: look at it, but leave it as it is.",
        slide=FORMULA,
    ),
    Mistake(
        id="linear.output_remembered",
        target=FORWARD,
        old=f"self.A = A\n        return {OUTPUT}",
        new=f"self.A = {OUTPUT}\n        return self.A",
        name="the output stands where the input is needed",
        hint="∇_W Div = y ∇z Div: is that y what went into the layer, or what came out?",
        slide=APPLICATION,
    ),
    Mistake(
        id="linear.first_batch_remembered",
        target=FORWARD,
        old="self.A = A\n",
        new="self.A = A if self.A is None else self.A\n",
        name="the input of the very first batch is remembered for ever",
        hint="A layer sees many batches. Which input belongs to the dLdZ that comes back now?",
        slide=STORE,
    ),
    Mistake(
        id="linear.state_on_the_class",
        target=FORWARD,
        old="self.A = A\n",
        new="vars(self).pop('A', None)\n        Linear.A = A\n",
        name="the input is kept for all layers together, and not for each its own",
        hint="A network has many layers. Whose input does the first one find, after the last one "
        "has put its own in the same place? What belongs to one object is kept in self.",
        slide=STORE,
    ),
    Mistake(
        id="linear.mean_over_batch",
        target=BACKWARD,
        old=WEIGHTS,
        new=f"{WEIGHTS} / len(dLdZ)",
        name="the weight gradient is averaged over the batch",
        hint="1/N enters once, in the loss: dLdZ already carries it. Here gradients add up.",
        slide=ADDING,
    ),
    Mistake(
        id="linear.weight_gradient_accumulates",
        target=BACKWARD,
        old="self.dLdW = ",
        new="self.dLdW = self.dLdW + ",
        name="the weight gradient is added to that of the batch before",
        hint="The slides add up over t, starting from 0. One batch is such a sum already: what "
        "should the next one start from?",
        slide=ADDING,
    ),
    Mistake(
        id="linear.weight_gradient_transposed",
        target=BACKWARD,
        old=WEIGHTS,
        new="self.A.T @ dLdZ",
        name="the weight gradient lies on its side",
        hint="A stored gradient has the shape of what it belongs to, and the slide's derivative "
        "has the transposed one. What is the shape of W?",
        slide=SHAPES,
    ),
    Mistake(
        id="linear.weights_of_last_example",
        target=BACKWARD,
        old=WEIGHTS,
        new="dLdZ[-1:].T @ self.A[-1:]",
        name="the weight gradient comes from the last example alone",
        hint="Every example has something to say about W. What becomes of the earlier ones?",
        slide=ADDING,
    ),
    Mistake(
        id="linear.bias_mean",
        target=BACKWARD,
        old=BIASES,
        new=f"{BIASES} / len(dLdZ)",
        name="the bias gradient is averaged over the batch",
        hint="1/N enters once, in the loss: dLdZ already carries it. Here gradients add up.",
        slide=ADDING,
    ),
    Mistake(
        id="linear.bias_gradient_accumulates",
        target=BACKWARD,
        old="self.dLdb = ",
        new="self.dLdb = self.dLdb + ",
        name="the bias gradient is added to that of the batch before",
        hint="The slides add up over t, starting from 0. One batch is such a sum already: what "
        "should the next one start from?",
        slide=ADDING,
    ),
    Mistake(
        id="linear.bias_of_last_example",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ[-1:].T",
        name="the bias gradient comes from the last example alone",
        hint="Every example has something to say about b. What becomes of the earlier ones?",
        slide=ADDING,
    ),
    Mistake(
        id="linear.bias_over_outputs",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ.sum(axis=1, keepdims=True)",
        name="the bias gradient is summed over the outputs, instead of the examples",
        hint="b has one entry an output. Which axis of dLdZ has to go, and which to stay?",
        slide=SHAPES,
    ),
    Mistake(
        id="linear.bias_over_outputs_flat",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ.sum(axis=1)",
        name="the bias gradient is summed over the outputs, and has one axis",
        hint="b has one entry an output. Which axis of dLdZ has to go, and which to stay? And "
        "what is the shape of b?",
        slide=SHAPES,
    ),
    Mistake(
        id="linear.bias_not_summed",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ",
        name="the bias gradient still has one row an example",
        hint="∇_b Div = ∇z Div holds for one example. What do the lecture's loops do with the "
        "gradients of all examples?",
        slide=ADDING,
    ),
    Mistake(
        id="linear.bias_gradient_is_a_row",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ.sum(axis=0, keepdims=True)",
        name="the bias gradient is a row, where b is a column",
        hint="A stored gradient has the shape of what it belongs to. What would b − dLdb be?",
        slide=SHAPES,
    ),
    Mistake(
        id="linear.bias_gradient_flat",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ.sum(axis=0)",
        name="the bias gradient has one axis, where b has two",
        hint="A stored gradient has the shape of what it belongs to. What would b − dLdb be?",
        slide=SHAPES,
    ),
    Mistake(
        id="linear.bias_sums_everything",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ.sum()",
        name="the bias gradient is one number for all outputs",
        hint="b has one entry an output, and each has a derivative of its own.",
        slide=APPLICATION,
    ),
    Mistake(
        id="linear.weights_transposed_on_the_way_back",
        target=BACKWARD,
        old="dLdZ @ self.W",
        new="dLdZ @ self.W.T",
        name="dLdZ meets W with the wrong side",
        hint="dLdA has the shape of A. Write the shapes of dLdZ and W beside each other: the "
        "slide's ∇z is a row, and so is yours.",
        slide=APPLICATION,
    ),
    Mistake(
        id="linear.derivative_passes_through",
        target=BACKWARD,
        old="return dLdZ @ self.W",
        new="return dLdZ",
        name="the derivative passes through the layer unchanged",
        hint="How much does z move when y does? That number belongs into the product.",
        slide=APPLICATION,
    ),
    Mistake(
        id="linear.derivative_averaged",
        target=BACKWARD,
        old="dLdZ @ self.W",
        new="dLdZ @ self.W / len(dLdZ)",
        name="the derivative that goes back is averaged over the batch",
        hint="dLdA has a row for each example, and no sum over examples in it. 1/N enters once, "
        "in the loss.",
        slide=APPLICATION,
    ),
    Mistake(
        id="linear.returns_weight_gradient",
        target=BACKWARD,
        old="return dLdZ @ self.W",
        new="return self.dLdW",
        name="the weight gradient is returned, where the derivative by the input is owed",
        hint="The gradients of W and b stay in the layer. What does the layer before need from "
        "this one?",
        slide=APPLICATION,
    ),
    Mistake(
        id="linear.derivatives_on_the_class",
        target=BACKWARD,
        old=f"self.dLdW = {WEIGHTS}\n        self.dLdb = {BIASES}\n",
        new=f"vars(self).pop('dLdW', vars(self).pop('dLdb', None))\n        "
        f"Linear.dLdW, Linear.dLdb = {WEIGHTS}, {BIASES}\n",
        name="the derivatives are kept for all layers together, and not for each its own",
        hint="A network has many layers. Whose derivatives does a step find in each of them, after "
        "the first layer has put its own in the same place? What belongs to one object is kept in "
        "self.",
        slide=STORE,
    ),
    Mistake(
        id="linear.weights_of_first_example",
        target=BACKWARD,
        old=WEIGHTS,
        new="dLdZ[:1].T @ self.A[:1]",
        name="the weight gradient comes from the first example alone",
        hint="Every example has something to say about W. Which of them does your code meet?",
        slide=ADDING,
    ),
    Mistake(
        id="linear.bias_of_first_example",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ[:1].T",
        name="the bias gradient comes from the first example alone",
        hint="Every example has something to say about b. Which of them does your code meet?",
        slide=ADDING,
    ),
    Mistake(
        id="linear.bias_mean_flat",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ.mean(axis=0)",
        name="the bias gradient is averaged over the batch, and has one axis",
        hint="1/N enters once, in the loss: here gradients add up. And a stored gradient has the "
        "shape of what it belongs to.",
        slide=ADDING,
    ),
    Mistake(
        id="linear.bias_mean_is_a_row",
        target=BACKWARD,
        old=BIASES,
        new="dLdZ.mean(axis=0, keepdims=True)",
        name="the bias gradient is averaged over the batch, and is a row",
        hint="1/N enters once, in the loss: here gradients add up. And a stored gradient has the "
        "shape of what it belongs to.",
        slide=ADDING,
    ),
    Mistake(
        id="linear.weights_without_upstream",
        target=BACKWARD,
        old=WEIGHTS,
        new="self.A",
        name="the weight gradient is the input alone, without the derivative that comes in",
        hint="∇_W Div = y ∇z Div is a product. Which of the two have you got?",
        slide=APPLICATION,
    ),
    Mistake(
        id="linear.returns_weights",
        target=BACKWARD,
        old="return dLdZ @ self.W",
        new="return self.W",
        name="the weights are returned, without the derivative that comes in",
        hint="W says how much z moves when y does. How much does Div move when z does?",
        slide=APPLICATION,
    ),
    *(
        Mistake(
            id=f"linear.backward_takes_a_step_{size}",
            target=BACKWARD,
            old="return dLdZ @ self.W",
            new=f"dLdA, self.W = dLdZ @ self.W, self.W - {lr} * self.dLdW\n"
            f"        self.b = self.b - {lr} * self.dLdb\n"
            "        return dLdA",
            name="the way back moves W and b itself",
            hint="The way back finds derivatives and keeps them. Who uses them for a step, and "
            "when: as soon as one layer has its own?",
            slide="Neural network training algorithm",
        )
        for size, lr in STEP_SIZES.items()
    ),
)
