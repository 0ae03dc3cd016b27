"""What exported models have in common: convolution weights as int8, symmetric per output channel;
short names; the ranges of the feature maps; the file, compared with the network."""
import os

import numpy as np
import onnx
import onnxruntime
import torch
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


def gap(path, net, inputs, label, seen=lambda answer, number: answer):
    """|ONNX Runtime - PyTorch| over the inputs, its greatest and its mean told; of what is seen of an answer."""
    session = onnxruntime.InferenceSession(path)
    name = session.get_inputs()[0].name
    gaps = []
    with torch.no_grad():
        for k, x in enumerate(inputs):
            theirs = torch.from_numpy(session.run(None, {name: x.numpy()})[0])
            gaps.append((seen(theirs, k) - seen(net(x), k)).abs().numpy())
    gaps = np.stack(gaps)
    print(f"{label}: greatest difference {gaps.max():.5f}, mean {gaps.mean():.6f}")
    return gaps


def export(net, inputs, out, names, compare, is_short=True, dynamic_axes=None):
    """Writes `net` to `out`, opset 13, its convolution weights as int8.

    inputs: what it is traced on, the first, and what the ranges of its maps are taken from
    names: of its input and its output
    compare(path, label): asked of the f32 file and of `out`
    is_short: its maps are numbered, and their ranges are in the file

    Gives the model and both answers."""
    plain = out + ".f32"
    os.makedirs(os.path.dirname(os.path.abspath(out)), exist_ok=True)
    torch.onnx.export(net, (inputs[0],), plain, opset_version=13, dynamo=False, input_names=names[:1],
                      output_names=names[1:], do_constant_folding=True, dynamic_axes=dynamic_axes)
    if is_short:
        onnx.save(shortened(onnx.load(plain)), plain)
    f32 = compare(plain, "f32")
    model = with_int8_weights(onnx.load(plain))
    if is_short:
        helper.set_model_props(model, {"cutaway.ranges": ranges(plain, names[0], (x.numpy() for x in inputs))})
    onnx.save(model, out)
    int8 = compare(out, "int8 weights")
    os.remove(plain)
    return model, f32, int8
