"""Reader of the convolutions of a model that export.py wrote."""
import onnx
from onnx import numpy_helper


def convolutions(path):
    """{name of the layer in Net: (weight f32 [o,i,h,w], bias f32 [o])}, BatchNorm folded."""
    graph = onnx.load(path).graph
    values = {i.name: numpy_helper.to_array(i) for i in graph.initializer}
    found = {}
    for node in graph.node:
        if node.op_type == "Conv":
            weight, bias = node.input[1:3]
            scale = values[weight + "_s"][:, None, None, None]
            name = weight.removeprefix("model.").removesuffix(".weight").removesuffix(".conv")
            found[name] = (values[weight + "_q"] * scale, values[bias])
    return found
