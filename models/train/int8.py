"""Convolution weights of an ONNX model as int8, symmetric per output channel."""
import numpy as np
import onnx
from onnx import helper, numpy_helper


def quantise(weight):
    """(int8 [o,i,h,w], f32 scale [o]), symmetric in -127..127."""
    scale = np.abs(weight).reshape(weight.shape[0], -1).max(1) / 127
    scale = np.where(scale == 0, 1, scale).astype(np.float32)
    levels = np.round(weight / scale[:, None, None, None])
    return np.clip(levels, -127, 127).astype(np.int8), scale


def with_int8_weights(model):
    """Every convolution's weight as int8 with its DequantizeLinear."""
    graph = model.graph
    values = {i.name: i for i in graph.initializer}
    added = []
    for name in sorted({n.input[1] for n in graph.node if n.op_type == "Conv"}):
        levels, scale = quantise(numpy_helper.to_array(values[name]))
        graph.initializer.remove(values[name])
        graph.initializer.extend([
            numpy_helper.from_array(levels, name + "_q"),
            numpy_helper.from_array(scale, name + "_s"),
            numpy_helper.from_array(np.zeros(len(scale), np.int8), name + "_z")])
        added.append(helper.make_node("DequantizeLinear", [name + "_q", name + "_s", name + "_z"],
                                      [name], axis=0, name="dq_" + name))
    nodes = list(graph.node)
    del graph.node[:]
    graph.node.extend(added + nodes)
    onnx.checker.check_model(model, full_check=True)
    return model
