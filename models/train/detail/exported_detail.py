"""Weights of a checkpoint of train.py or of a model that export.py wrote, by the names of network.Net."""
import onnx
import torch
from onnx import numpy_helper


def weights(path):
    """State of network.Net, f32."""
    if not path.endswith(".onnx"):
        return torch.load(path, map_location="cpu")["ema"]
    values = {i.name: numpy_helper.to_array(i) for i in onnx.load(path).graph.initializer}
    state = {}
    for name, value in values.items():
        if name.endswith("_q"):
            scale = values[name[:-2] + "_s"][:, None, None, None]
            state[name[:-2]] = torch.from_numpy(value * scale)
        elif name.endswith(".bias"):
            state[name] = torch.from_numpy(value.copy())
    return state
