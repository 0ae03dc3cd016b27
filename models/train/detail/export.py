"""Writes the trained detail network as ONNX with int8 convolution weights.

    python models/train/detail/export.py CHECKPOINT OUT.onnx --crops HELD.npy

`blocks` f32 [1,16,H/2,W/2] in, `logits` f32 [1,4,H/2,W/2] out, any multiples of 16, as network.py
says; the caller adds the logit of the coarse alpha. Weights are int8 per output channel
(DequantizeLinear before each convolution, opset 13), the rest stays f32. The file is run
by ONNX Runtime and compared with PyTorch before it counts.
"""
import argparse
import os
import sys

import numpy as np
import torch

import exported_detail
import network

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
from int8 import export, gap  # noqa: E402


def pairs(path, count):
    """(rgb, coarse alpha) f32 [1,*,S,S] of crops, S a multiple of 16."""
    crops = np.load(path, mmap_mode="r")
    side = crops.shape[1] // 16 * 16
    for k in np.linspace(0, len(crops) - 1, min(count, len(crops))).astype(int):
        x = torch.from_numpy(crops[k, :side, :side].astype(np.float32).transpose(2, 0, 1)[None] / 255)
        yield x[:, :3], x[:, 4:]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("out")
    parser.add_argument("--crops", required=True, help="crops of photos.py that it was not trained on")
    args = parser.parse_args()
    net = network.Net().eval()
    net.load_state_dict(exported_detail.weights(args.checkpoint))
    inputs, coarse = [], []
    for rgb, alpha in pairs(args.crops, 256):
        inputs.append(network.pack(rgb, alpha))
        coarse.append(alpha)

    def compare(path, label):
        """By alpha: the coarse one and what the network answers."""
        return gap(path, net, inputs[:16], label, lambda logits, k: network.answer(logits, coarse[k]))

    names = ["blocks", "logits"]
    model, f32_gap, int8_gap = export(net, inputs, args.out, names, compare,
                                      dynamic_axes={name: {2: "height", 3: "width"} for name in names})
    if f32_gap.max() > 1e-3 or int8_gap.mean() > .005:
        raise SystemExit("the export differs from the network")
    print(f"{os.path.getsize(args.out)} bytes, {network.macs(net):.0f} multiply-adds a pixel, "
          f"operators {sorted({n.op_type for n in model.graph.node})}")


if __name__ == "__main__":
    main()
