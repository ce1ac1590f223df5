"""What goes wrong in a layer."""

from .model import Mistake

FORWARD = "mytorch.linear.Linear.forward"
BACKWARD = "mytorch.linear.Linear.backward"
APPLICATION = "Special Case: Application to a network"

MISTAKES = (
    Mistake(
        id="linear.no_bias",
        target=FORWARD,
        old=" + self.b.T",
        new="",
        name="the bias is left out",
        hint="What does the layer give for an input of zeros? The slide adds something to W y.",
        slide="Vector formulation",
    ),
    Mistake(
        id="linear.bias_subtracted",
        target=FORWARD,
        old=" + self.b.T",
        new=" - self.b.T",
        name="the bias is subtracted",
        hint="Set W to zero: the output should then be b itself, not −b.",
        slide="Vector formulation",
    ),
    Mistake(
        id="linear.mean_over_batch",
        target=BACKWARD,
        old="self.dLdW = dLdZ.T @ self.A",
        new="self.dLdW = dLdZ.T @ self.A / len(dLdZ)",
        name="the weight gradient is averaged over the batch",
        hint="1/N enters once, in the loss: dLdZ already carries it. Here gradients add up.",
        slide="Training by BackProp",
    ),
)
