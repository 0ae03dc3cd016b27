"""Which decoder is worth its work: several, trained side by side.

    python models/train/decoders.py --work DIR --model models/base/model.onnx

All see the same pictures through the same encoder, that of an exported model,
which stays as it is; each begins from nothing. Without the stage of stride 2.
Prints a line for each: GMAC at 384 x 384 as exported, MAE and IoU on pairs of
DUTS-TR held out. DIR holds the packed data, as for train.py.
"""
import argparse
import os

import torch

import data
import exported
import losses
import net
import train

VARIANTS = {
    "as it is": {},
    "half as wide": {"channels": (64, 48, 32, 20, 12)},
    "half as wide again": {"channels": (192, 144, 96, 60, 36)},
    "no residual mixes": {"residuals": (0, 0, 0, 0)},
    "no global context": {"blind": True},
}


def variant(encoder, blind=False, **shape):
    model = net.Net(**shape).to(memory_format=torch.channels_last).train()
    model.enc = encoder
    if blind:
        model.ctx.requires_grad_(False)
        torch.nn.init.zeros_(model.ctx.bn.weight)
    return model


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True)
    parser.add_argument("--model", required=True)
    parser.add_argument("--steps", type=int, default=600)
    parser.add_argument("--size", type=int, default=256)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    base = net.Net().to(memory_format=torch.channels_last)
    net.load_folded(base, exported.convolutions(args.model))
    encoder = base.enc.eval().requires_grad_(False)
    models = {name: variant(encoder, **shape) for name, shape in VARIANTS.items()}
    optimizers = {name: torch.optim.AdamW([p for p in m.parameters() if p.requires_grad], lr=2e-3)
                  for name, m in models.items()}
    path = os.path.join(args.work, "pack")
    samples = iter(torch.utils.data.DataLoader(
        data.Samples(path, {**data.recipe()["stages"][0]["data"], "size": args.size, "seed": [0]}),
        batch_size=16))
    stage = {"steps": args.steps, "decay": args.steps, "warmup": 20}
    for step in range(args.steps):
        rgb, alpha = next(samples)
        with torch.no_grad():
            _, *features = encoder(rgb.to(memory_format=torch.channels_last))
        for name, model in models.items():
            levels, _ = model.decode(*features)
            loss = losses.total([None, *model.auxiliary(levels)], alpha, 0)
            optimizers[name].param_groups[0]["lr"] = 2e-3 * train.factor(step, stage)
            optimizers[name].zero_grad(set_to_none=True)
            loss.backward()
            optimizers[name].step()
    pairs = data.Pack(path)
    for name, model in models.items():
        mae, iou = train.validate(model, pairs, args.size, False, 300)["train/duts_tr"]
        shape = {k: v for k, v in VARIANTS[name].items() if k != "blind"}
        macs = net.macs(net.fold(net.Net(**shape)), 384)
        print(f"{name}: {macs / 1e9:.3f} GMAC, MAE {mae}, IoU {iou}", flush=True)


if __name__ == "__main__":
    main()
