"""Mistakes in a chain of layers, and in a step of gradient descent."""

from .model import Mistake

FORWARD = "mytorch.mlp.MLP.forward"
BACKWARD = "mytorch.mlp.MLP.backward"
STEP = "mytorch.sgd.SGD.step"
THERE = "The Forward Pass"
BACK = "The Backward Pass"
REMEMBER = "Computing derivatives"
DESCENT = "Recap: Gradient Descent Algorithm"
TRAINING = "Neural network training algorithm"

LOOP = "for layer, activation in zip(self.layers, self.f)"
PAIR = "A = activation.forward(layer.forward(A))"
LAST = "return self.layers[-1].forward(A)"
FIRST_BACK = "dLdA = self.layers[-1].backward(dLdZ)"
LOOP_BACK = "for layer, activation in zip(reversed(self.layers[:-1]), reversed(self.f))"
PAIR_BACK = "dLdA = layer.backward(activation.backward(dLdA))"
CHECK = 'expect_shape("SGD.step: dLdb", layer.dLdb, layer.b.shape)\n            '
STEPS = (
    "layer.W = layer.W - self.lr * layer.dLdW\n            layer.b = layer.b - self.lr * layer.dLdb"
)

MISTAKES: tuple[Mistake, ...] = (
    Mistake(
        id="mlp.activation_after_last",
        target=FORWARD,
        old=LAST,
        new="A = self.layers[-1].forward(A)\n        "
        "return type(self.f[-1])().forward(A) if self.f else A",
        name="an activation follows the last layer too",
        hint="The network returns logits: the softmax stands in the loss. How many activations "
        "are there for K layers?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.softmax_at_the_end",
        target=FORWARD,
        old=LAST,
        new="from .softmax import Softmax\n\n        "
        "return Softmax().forward(self.layers[-1].forward(A))",
        name="a softmax follows the last layer",
        hint="The network returns logits: numbers of any sign and size. Where in this course does "
        "the softmax stand instead?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.activations_one_late",
        target=FORWARD,
        old=f"{LOOP}:\n            {PAIR}\n        {LAST}",
        new="A = self.layers[0].forward(A)\n"
        "        for layer, activation in zip(self.layers[1:], self.f):\n"
        "            A = activation.forward(layer.forward(A))\n"
        "        return A",
        name="each activation comes one layer too late",
        hint="Which activation is the partner of the first layer: is it met between z_1 and y_1?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.output_not_handed_on",
        target=FORWARD,
        old=f"{LOOP}:\n            {PAIR}",
        new=f"Z = A\n        {LOOP}:\n            Z = layer.forward(Z)\n"
        "            A = activation.forward(Z)",
        name="each layer is given z of the layer before, and not y",
        hint="z_k = W_k y_{k-1} + b_k: what does the second layer get from you?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.last_layer_skipped",
        target=FORWARD,
        old=LAST,
        new="return A",
        name="the last layer is never reached",
        hint="There is one activation fewer than layers. What becomes of the layer that has no "
        "partner?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.no_activations",
        target=FORWARD,
        old=PAIR,
        new="A = layer.forward(A)",
        name="the activations are skipped on the way forward",
        hint="Without anything between them, layers melt into a single affine one. What stands "
        "between z_k and y_k on the slide?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.activation_before_layer",
        target=FORWARD,
        old=PAIR,
        new="A = layer.forward(activation.forward(A))",
        name="each activation comes before its layer",
        hint="Which comes first on the slide, z_k or y_k? What is the very first thing done to x?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.first_layer_skipped",
        target=FORWARD,
        old=LOOP,
        new="for layer, activation in zip(self.layers[1:], self.f)",
        name="the way forward starts behind the first layer",
        hint="y_0 is x. Which layer is the first to see it? Python counts from 0.",
        slide=THERE,
    ),
    Mistake(
        id="mlp.input_for_every_layer",
        target=FORWARD,
        old=PAIR,
        new="activation.forward(layer.forward(A))",
        name="a layer's result is not handed on to the next",
        hint="What does the second layer get from you: x, or y_1?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.shared_activation",
        target=FORWARD,
        old=LOOP,
        new=f"self.f = self.f[:1] * len(self.f)\n        {LOOP}",
        name="one activation object serves all layers",
        hint="An activation remembers its last input for the way back. What does it remember "
        "after the second layer has used it?",
        slide=REMEMBER,
    ),
    Mistake(
        id="mlp.last_activation_left_out",
        target=FORWARD,
        old=f"{LOOP}:\n            {PAIR}\n        {LAST}",
        new="for k, layer in enumerate(self.layers):\n            A = layer.forward(A)\n"
        "            if k < len(self.f) - 1:\n                A = self.f[k].forward(A)\n"
        "        return A",
        name="the activation before the last layer is left out",
        hint="There are K − 1 activations, one behind each layer but the last. Does the last layer "
        "get what the last activation gave?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.ends_after_first_layer",
        target=FORWARD,
        old=LOOP,
        new="if self.f:\n            return self.f[0].forward(self.layers[0].forward(A))\n"
        f"        {LOOP}",
        name="the way forward ends behind the first layer",
        hint="«For k = 1 … K»: how often does the body of your loop run to its end?",
        slide=THERE,
    ),
    Mistake(
        id="mlp.always_rectifiers",
        target=FORWARD,
        old=LOOP,
        new="self.f = [ReLU() for _ in self.f]\n        " + LOOP,
        name="rectifiers stand between the layers, whatever activation was asked for",
        hint="Make a network with Sigmoid: which f_k does it use? The activation is an argument of "
        "the network, and an object of it stands behind every layer.",
        slide=THERE,
    ),
    Mistake(
        id="mlp.not_reversed",
        target=BACKWARD,
        old="zip(reversed(self.layers[:-1]), reversed(self.f))",
        new="zip(self.layers[:-1], self.f)",
        name="the way back goes through the layers first to last",
        hint="The derivative comes from the loss. Which layer stands next to it?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.not_reversed_and_last_skipped",
        target=BACKWARD,
        old=f"{FIRST_BACK}\n        {LOOP_BACK}",
        new="dLdA = dLdZ\n        for layer, activation in zip(self.layers, self.f)",
        name="the way back goes first to last, and never reaches the last layer",
        hint="The derivative comes from the loss. Which layer stands next to it, and does a loop "
        "over pairs with the activations reach it?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.stops_after_last_layer",
        target=BACKWARD,
        old=f"{FIRST_BACK}\n        {LOOP_BACK}:\n            {PAIR_BACK}\n        return dLdA",
        new="return self.layers[-1].backward(dLdZ)",
        name="the way back ends behind the last layer",
        hint="«For k = K … 1»: how often does the body of your loop run to its end?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.activations_not_reversed",
        target=BACKWARD,
        old="reversed(self.f)",
        new="self.f",
        name="the layers are taken backwards, but not the activations",
        hint="On the way back each layer meets the activation that followed it on the way forward.",
        slide=BACK,
    ),
    Mistake(
        id="mlp.activations_skipped_back",
        target=BACKWARD,
        old=PAIR_BACK,
        new="dLdA = layer.backward(dLdA)",
        name="the activations are skipped on the way back",
        hint="∇_{z_k} and ∇_{y_k} are two things on the slide. What stands between them?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.layer_before_activation_back",
        target=BACKWARD,
        old=PAIR_BACK,
        new="dLdA = activation.backward(layer.backward(dLdA))",
        name="each layer is passed before its activation on the way back",
        hint="On the way forward the activation came last. Which of the two is undone first?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.first_layer_not_reached",
        target=BACKWARD,
        old="reversed(self.layers[:-1])",
        new="reversed(self.layers[1:-1])",
        name="the way back stops before the first layer",
        hint="The slide goes down to k = 1. Where does Python's count of the layers start?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.first_layer_without_partner",
        target=BACKWARD,
        old=f"{FIRST_BACK}\n        {LOOP_BACK}:\n            {PAIR_BACK}",
        new="dLdA = dLdZ\n"
        "        for layer, activation in zip(reversed(self.layers), reversed(self.f)):\n"
        "            dLdA = activation.backward(layer.backward(dLdA))",
        name="the first layer finds no partner on the way back, and is left out",
        hint="There is one activation fewer than layers. Going from last to first: does your loop "
        "reach the layer that nothing stands before?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.last_layer_skipped_back",
        target=BACKWARD,
        old=FIRST_BACK,
        new="dLdA = dLdZ",
        name="the way back starts behind the last layer",
        hint="dLdZ is the derivative by the output of the last layer. Who turns it into one by "
        "its input, and finds that layer's dLdW?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.activation_after_last_back",
        target=BACKWARD,
        old=FIRST_BACK,
        new="dLdA = self.layers[-1].backward(self.f[-1].backward(dLdZ) if self.f else dLdZ)",
        name="the way back starts with an activation, though none follows the last layer",
        hint="dLdZ is the derivative by the logits. What did the way forward do last?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.activation_behind_first_layer",
        target=BACKWARD,
        old="return dLdA",
        new="return self.f[-1].backward(dLdA) if self.f else dLdA",
        name="an activation stands behind the first layer on the way back",
        hint="x went straight into the first layer. How many activations are there for K layers? "
        "And which one has the index −1?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.activation_after_last_and_first_layer_lost",
        target=BACKWARD,
        old=f"{FIRST_BACK}\n        {LOOP_BACK}",
        new="dLdA = dLdZ\n"
        "        for layer, activation in zip(reversed(self.layers), reversed(self.f))",
        name="the way back starts with an activation, and leaves the first layer out",
        hint="There is one activation fewer than layers, and none follows the last. Which layers "
        "and activations does your loop make pairs of?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.derivative_not_handed_on",
        target=BACKWARD,
        old=PAIR_BACK,
        new="layer.backward(activation.backward(dLdA))",
        name="a layer's derivative is not handed on to the one before",
        hint="Each backward returns the derivative by its input. Who needs it next?",
        slide=BACK,
    ),
    Mistake(
        id="mlp.returns_what_came_in",
        target=BACKWARD,
        old="return dLdA",
        new="return dLdZ",
        name="the derivative that came in is returned",
        hint="backward owes the derivative by x. It has the shape of x.",
        slide=BACK,
    ),
    Mistake(
        id="mlp.returns_derivative_of_first_output",
        target=BACKWARD,
        old=f"{PAIR_BACK}\n        return dLdA",
        new="dLdY = dLdA\n            dLdA = layer.backward(activation.backward(dLdA))\n"
        "        return dLdY if self.f else dLdA",
        name="the derivative by y_1 is returned, and not the one by x",
        hint="backward owes the derivative by x: one layer further. It has the shape of x.",
        slide=BACK,
    ),
    Mistake(
        id="sgd.uphill",
        target=STEP,
        old=STEPS,
        new=STEPS.replace(" - ", " + "),
        name="the step goes uphill",
        hint="The derivative says where the loss grows. Where do you want to go?",
        slide=DESCENT,
    ),
    Mistake(
        id="sgd.no_step_size",
        target=STEP,
        old=STEPS,
        new=STEPS.replace("self.lr * ", ""),
        name="the step size is not used",
        hint="Which letter on the slide says how long a step is?",
        slide=DESCENT,
    ),
    Mistake(
        id="sgd.step_size_squared",
        target=STEP,
        old=STEPS,
        new=STEPS.replace("self.lr * ", "self.lr**2 * "),
        name="the step size is multiplied in twice",
        hint="How often does η stand before the derivative on the slide?",
        slide=DESCENT,
    ),
    Mistake(
        id="sgd.step_size_on_everything",
        target=STEP,
        old=STEPS,
        new=STEPS.replace(
            "layer.W - self.lr * layer.dLdW", "self.lr * (layer.W - layer.dLdW)"
        ).replace("layer.b - self.lr * layer.dLdb", "self.lr * (layer.b - layer.dLdb)"),
        name="the parameter itself is multiplied by the step size too",
        hint="Where do you land if the derivative is 0? η belongs to the step alone.",
        slide=DESCENT,
    ),
    Mistake(
        id="sgd.no_derivative",
        target=STEP,
        old=STEPS,
        new=STEPS.replace(" * layer.dLdW", "").replace(" * layer.dLdb", ""),
        name="every parameter moves by the step size, whatever its derivative",
        hint="Which way is downhill, and how steep is it? Something has to tell the step.",
        slide=DESCENT,
    ),
    Mistake(
        id="sgd.divided_by_step_size",
        target=STEP,
        old=STEPS,
        new=STEPS.replace("self.lr * ", "1 / self.lr * "),
        name="the derivative is divided by the step size",
        hint="A smaller η should make smaller steps. Does yours?",
        slide=DESCENT,
    ),
    Mistake(
        id="sgd.tenth",
        target=STEP,
        old=STEPS,
        new=STEPS.replace("self.lr", "0.1"),
        name="the step size is 0.1, whatever was asked for",
        hint="A number in the code is the same for everybody. Where does the optimiser keep the "
        "step size that it was made with?",
        slide=DESCENT,
    ),
    Mistake(
        id="sgd.hundredth",
        target=STEP,
        old=STEPS,
        new=STEPS.replace("self.lr", "0.01"),
        name="the step size is 0.01, whatever was asked for",
        hint="A number in the code is the same for everybody. Where does the optimiser keep the "
        "step size that it was made with?",
        slide=DESCENT,
    ),
    Mistake(
        id="sgd.averaged_again",
        target=STEP,
        old=STEPS,
        new=STEPS.replace("layer.dLdW", "layer.dLdW / len(layer.W)").replace(
            "layer.dLdb", "layer.dLdb / len(layer.b)"
        ),
        name="the derivatives are divided by the length of their arrays",
        hint="1/T stands in the loss already. What does the length of a layer's arrays count?",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.biases_left",
        target=STEP,
        old="layer.b = layer.b - self.lr * layer.dLdb",
        new="pass",
        name="the biases never move",
        hint="The bias is a parameter too. How many updates does the slide make for each k?",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.weights_left",
        target=STEP,
        old="layer.W = layer.W - self.lr * layer.dLdW",
        new="pass",
        name="the weights never move",
        hint="How many updates does the slide make for each k, and of what?",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.weights_by_bias_gradient",
        target=STEP,
        old="self.lr * layer.dLdW",
        new="self.lr * layer.dLdb",
        name="the weights are moved by the derivative of the biases",
        hint="Two lines look alike, and one was copied. Which derivative belongs to W?",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.biases_by_weight_gradient",
        target=STEP,
        old=f"{CHECK}{STEPS}",
        new=STEPS.replace("layer.dLdb", "layer.dLdW"),
        name="the biases are moved by the derivative of the weights",
        hint="Two lines look alike, and one was copied. Which derivative belongs to b?",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.nothing_moves",
        target=STEP,
        old=STEPS,
        new=STEPS.replace("layer.W = ", "W = ").replace("layer.b = ", "b = "),
        name="W and b are after the step what they were before it",
        hint="Two ways to stay where one is: the new value is put where the next forward pass does "
        "not look for it, or the derivative is already 0 when the step uses it.",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.first_layer_only",
        target=STEP,
        old="self.model.layers",
        new="self.model.layers[:1]",
        name="only the first layer moves",
        hint="«For all k, update»: how often does the body of your loop run to its end?",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.last_layer_only",
        target=STEP,
        old="self.model.layers",
        new="self.model.layers[-1:]",
        name="only the last layer moves",
        hint="«For all k, update»: do the updates stand inside your loop, or behind it?",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.last_layer_left",
        target=STEP,
        old="self.model.layers",
        new="self.model.layers[:-1]",
        name="the last layer never moves",
        hint="«For all k, update»: k goes from 1 to K. Where does your loop end?",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.first_layer_left",
        target=STEP,
        old="self.model.layers",
        new="self.model.layers[1:]",
        name="the first layer never moves",
        hint="«For all k, update»: which is the first k, and where does Python start to count?",
        slide=TRAINING,
    ),
    Mistake(
        id="sgd.forgets_the_parameter",
        target=STEP,
        old=STEPS,
        new=STEPS.replace("layer.W - ", "-").replace("layer.b - ", "-"),
        name="the step itself becomes the parameter",
        hint="A step leads from where you stand to somewhere near. Where did you stand?",
        slide=DESCENT,
    ),
    Mistake(
        id="sgd.weight_decay",
        target=STEP,
        old=STEPS,
        new=STEPS.replace("layer.dLdW", "layer.W").replace("layer.dLdb", "layer.b"),
        name="the parameters are moved by themselves, and not by their derivatives",
        hint="What tells you where the loss falls: W, or the derivative of the loss by W?",
        slide=DESCENT,
    ),
)
