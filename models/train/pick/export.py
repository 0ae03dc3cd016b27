"""Writes the trained pick network as ONNX with int8 convolution weights and the ranges of its maps.

    python models/train/pick/export.py CHECKPOINT OUT.onnx --pack WORK/pack [--size 384] [--version 0.1.0]

`input` f32 [1,7,S,S] as network.py says, `alpha` f32 [1,1,S,S] out, 0..1. BatchNorms are folded, weights
int8 per output channel (DequantizeLinear before each convolution, opset 13), the rest f32. Run by ONNX
Runtime on held-out pairs with clicks and compared with PyTorch before it counts. Beside it manifest.json,
with the file's size and hash.
"""
import argparse
import hashlib
import json
import os

import numpy as np
import torch

import prompts
import train
from network import GUIDES, Joined
import data
from int8 import export, gap


def examples(pack, size, count):
    """f32 [1,7,S,S] of held-out pairs: without a click, with one or more, with a box, with a mask so far."""
    pairs = data.Pack(pack)
    _, out = pairs.split()
    rng = np.random.default_rng(0)
    for k, number in enumerate(np.linspace(0, len(out) - 1, count).astype(int)):
        rgba = data.whole(pairs.rgba(out[number]), size)
        truth = rgba[..., 3] > 127
        clicks, box, mask = [], None, None
        if k % 4 and truth.any():
            clicks = [prompts.next_click(truth, np.zeros_like(truth), rng)]
        if k % 4 == 2 and truth.any():
            box = prompts.box_of(rng, truth)
        if k % 4 == 3 and truth.any():
            y, x = prompts.anywhere(rng, ~truth) if not truth.all() else (0, 0)
            clicks.append((y, x, False))
            mask = rgba[..., 3].astype(np.float32) / 255
        maps = prompts.guide([c for c in clicks if c], box, mask, size)
        rgb = rgba[..., :3].astype(np.float32).transpose(2, 0, 1) / 127.5 - 1
        yield torch.from_numpy(np.concatenate([rgb, maps])[None].astype(np.float32))


def write_manifest(path, version, size):
    """manifest.json beside the model, as wasm/job/manifest.c reads it."""
    with open(path, "rb") as file:
        model = file.read()
    manifest = {
        "name": "pick", "version": version, "file": os.path.basename(path), "bytes": len(model),
        "sha256": hashlib.sha256(model).hexdigest(), "license": "Apache-2.0",
        "input": {"name": "input", "layout": "NCHW", "channels": "RGB", "planes": 3 + GUIDES, "size": [size, size],
                  "fit": "stretch", "mean": [.5, .5, .5], "std": [.5, .5, .5]},
        "output": {"name": "alpha", "kind": "alpha"},
    }
    with open(os.path.join(os.path.dirname(os.path.abspath(path)), "manifest.json"), "w") as file:
        lines = ",\n".join(f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in manifest.items())
        file.write("{\n" + lines + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint")
    parser.add_argument("out")
    parser.add_argument("--pack", required=True)
    parser.add_argument("--size", type=int, default=384)
    parser.add_argument("--version", default="0.1.0")
    args = parser.parse_args()
    net = train.new(args.checkpoint).eval()
    inputs = list(examples(args.pack, args.size, 96))
    with torch.no_grad():
        before = [torch.sigmoid(net(x)) for x in inputs[:8]]
        module = Joined(net).eval()
        fold_gap = max(float((module(x) - y).abs().max()) for x, y in zip(inputs, before))
    model, f32_gap, int8_gap = export(module, inputs, args.out, ["input", "alpha"],
                                      compare=lambda path, label: gap(path, module, inputs[:8], label))
    if fold_gap > 1e-3 or f32_gap.max() > 1e-3 or int8_gap.mean() > .03:
        raise SystemExit("the export differs from the network")
    write_manifest(args.out, args.version, args.size)
    print(f"{os.path.getsize(args.out)} bytes, operators {sorted({n.op_type for n in model.graph.node})}")


if __name__ == "__main__":
    main()
