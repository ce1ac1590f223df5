import numpy as np


class SoftmaxCrossEntropy:
    def forward(self, Z, Y):
        self.rows = []
        total = 0.0
        for z, d in zip(Z, Y):
            z = z - np.max(z)
            log_p = z - np.log(np.sum(np.exp(z)))
            total += -np.dot(d, log_p)
            self.rows.append((np.exp(log_p), d))
        return total / len(Z)

    def backward(self):
        return np.array([(p - d) / len(self.rows) for p, d in self.rows])
