"""Writes the trained network as ONNX with int8 convolution weights.

    python models/train/export.py CHECKPOINT OUT.onnx [--size 384]

BatchNorms are folded, weights quantised symmetrically per output channel
(DequantizeLinear before each convolution, opset 13), the rest stays f32. The
file is run by ONNX Runtime and compared with PyTorch before it counts.
Then: node tools/calibrate.js adds the ranges of the activations.
"""
import argparse
import os

import torch

import net
from int8 import export, gap


class Alpha(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return torch.sigmoid(self.model(x))


def drawn(count, size):
    """f32 [count] of [1,3,S,S]: bright discs on dark grounds. A network finds
    them; of noise, which has no subject, all exports would say the same 0."""
    generator = torch.Generator().manual_seed(0)
    axis = torch.arange(size) / size
    for _ in range(count):
        x, y, radius, *colours = torch.rand(9, generator=generator)
        inside = torch.hypot(axis[None] - .4 - .2 * x, axis[:, None] - .4 - .2 * y) < .2 + .1 * radius
        bright, dark = torch.stack(colours).view(2, 3, 1, 1) * .4
        yield torch.where(inside, 1 - bright, dark - 1)[None]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint")
    parser.add_argument("out")
    parser.add_argument("--size", type=int, default=384)
    args = parser.parse_args()
    model = net.Net()
    net.load(model, torch.load(args.checkpoint, map_location="cpu")["ema"])
    model.eval()
    inputs = list(drawn(4, args.size))
    with torch.no_grad():
        before = [torch.sigmoid(model(x)) for x in inputs]
        module = Alpha(net.fold(model)).eval()
        fold_gap = max(float((module(x) - y).abs().max()) for x, y in zip(inputs, before))
    if all(float(y.max()) < .1 for y in before):
        print("the network finds no subject in what the export is compared on: that it agrees says little")
    exported, f32_gap, int8_gap = export(module, inputs, args.out, ["input", "alpha"], is_short=False,
                                         compare=lambda path, label: gap(path, module, inputs, label))
    if fold_gap > 1e-3 or f32_gap.max() > 1e-3 or int8_gap.mean() > .03:
        raise SystemExit("the export differs from the network")
    print(f"{os.path.getsize(args.out)} bytes, {net.macs(module.model, args.size) / 1e9:.3f} GMAC, "
          f"operators {sorted({n.op_type for n in exported.graph.node})}")


if __name__ == "__main__":
    main()
