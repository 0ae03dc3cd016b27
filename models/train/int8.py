"""What exported models have in common: convolution weights as int8, symmetric per output channel;
short names; the ranges of the feature maps."""
import numpy as np
import onnx
import onnxruntime
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


def shortened(model):
    """Feature maps numbered, nodes without names: both are a tenth of the file."""
    graph, kept = model.graph, {i.name for i in [*model.graph.input, *model.graph.output, *model.graph.initializer]}
    names = {}
    for node in graph.node:
        node.name = ""
        for k, name in enumerate(node.input):
            node.input[k] = names.get(name, name)
        for k, name in enumerate(node.output):
            if name not in kept:
                names[name] = node.output[k] = f"t{len(names)}"
    del graph.value_info[:]
    return model


def ranges(path, name, inputs):
    """Lines "map lo hi", in millionths: what the input of that name and every feature map take on the inputs."""
    model = onnx.load(path)
    maps = [o for node in model.graph.node for o in node.output if node.op_type != "Constant"]
    del model.graph.output[:]
    model.graph.output.extend(helper.make_empty_tensor_value_info(each) for each in maps)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    lows, highs = np.full(len(maps) + 1, np.inf), np.full(len(maps) + 1, -np.inf)
    for x in inputs:
        for k, values in enumerate([x, *session.run(maps, {name: x})]):
            lows[k], highs[k] = min(lows[k], values.min()), max(highs[k], values.max())
    return "".join(f"{each} {round(lo * 1e6)} {round(hi * 1e6)}\n" for each, lo, hi in zip([name, *maps], lows, highs))
