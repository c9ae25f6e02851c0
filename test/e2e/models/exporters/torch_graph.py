"""Writes the graphs that PyTorch's exporter makes of a network of two layers, without PyTorch.

PyPI has PyTorch for Linux only together with libraries of CUDA, of 600 MB and more. torch.onnx.export makes of
nn.Sequential(nn.Linear(a, b), nn.ReLU(), nn.Linear(b, c), nn.Softmax(1)) the nodes Gemm, Relu, Gemm and Softmax of
opset 17, over weights of shape [to, from], with a first dimension that dynamic_axes names.
"""

import numpy as np
from onnx import TensorProto, checker, helper, numpy_helper


class Network:
    """Two linear layers with random weights; float32 all through, as in PyTorch.

    end is 'softmax' for probabilities, 'logits' for what they are made of, or 'number' for a regression.
    """

    def __init__(self, width, hidden, end, classes=("",), *, seed):
        self.end = end
        self.classes = np.array(classes)
        random = np.random.default_rng(seed)
        sizes = [(hidden, width), (len(classes), hidden)]
        self.layers = [
            (random.normal(0, 0.5, size).astype(np.float32), random.normal(0, 0.5, size[0]).astype(np.float32))
            for size in sizes
        ]
        if end != "number":
            self.predict_proba = self.probabilities

    def forward(self, rows):
        (w1, b1), (w2, b2) = self.layers
        return np.maximum(rows @ w1.T + b1, 0) @ w2.T + b2

    def probabilities(self, rows):
        logits = self.forward(rows)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)

    def predict(self, rows):
        outputs = self.forward(rows)
        return outputs if self.end == "number" else self.classes[outputs.argmax(axis=1)]

    def graph(self):
        """The file, as torch.onnx.export(…, input_names=['input'], output_names=['output'], dynamo=False) writes it."""
        (w1, b1), (w2, b2) = self.layers
        weights = {"0.weight": w1, "0.bias": b1, "2.weight": w2, "2.bias": b2}
        last = "/2/Gemm_output_0" if self.end == "softmax" else "output"
        gemm = {"alpha": 1.0, "beta": 1.0, "transB": 1}
        nodes = [
            helper.make_node("Gemm", ["input", "0.weight", "0.bias"], ["/0/Gemm_output_0"], name="/0/Gemm", **gemm),
            helper.make_node("Relu", ["/0/Gemm_output_0"], ["/1/Relu_output_0"], name="/1/Relu"),
            helper.make_node("Gemm", ["/1/Relu_output_0", "2.weight", "2.bias"], [last], name="/2/Gemm", **gemm),
        ]
        if self.end == "softmax":
            nodes.append(helper.make_node("Softmax", [last], ["output"], name="/3/Softmax", axis=1))
        graph = helper.make_graph(
            nodes,
            "main_graph",
            [table("input", w1.shape[1])],
            [table("output", len(self.classes))],
            [numpy_helper.from_array(array, name) for name, array in weights.items()],
        )
        opset = [helper.make_opsetid("", 17)]
        model = helper.make_model(graph, producer_name="pytorch", ir_version=8, opset_imports=opset)
        checker.check_model(model)
        return model


def table(name, width):
    """A tensor of any number of rows."""
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n", width])
