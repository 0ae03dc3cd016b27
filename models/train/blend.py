"""Weights between those a run went on from and those it came to.

    python models/train/blend.py --shared ../shared --work DIR --start MODEL.onnx [--share S]

As in "Robust fine-tuning of zero-shot models" (Wortsman et al., CVPR 2022): a
mean of both may be better than either. Without --share it prints what shares
of the new weights give on held-out pairs, judged as train.py does; with it
DIR/model.pt becomes that mean, with a new gate.
"""
import argparse
import json
import os

import torch

import data
import gate
import net
import train

SHARES = (0, .25, .5, .75, 1)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--start", required=True)
    parser.add_argument("--share", type=float)
    parser.add_argument("--pairs", type=int, default=200, help="of each set")
    args = parser.parse_args()
    recipe = data.recipe()
    model = net.Net().to(memory_format=torch.channels_last)
    train.start_exported(model, args.start, recipe, args.shared)
    old = {k: v.clone() for k, v in model.state_dict().items()}
    path = os.path.join(args.work, "model.pt")
    new = torch.load(path, map_location="cpu")["ema"]

    def mix(share):
        model.load_state_dict({k: torch.lerp(v, new[k], share) if v.is_floating_point() else v
                               for k, v in old.items()})

    if args.share is None:
        pairs = data.Pack(os.path.join(args.work, "pack"))
        for share in SHARES:
            mix(share)
            result = train.validate(model, pairs, recipe["stages"][-1]["size"], True, args.pairs)
            print(f"{share:.2f} of the new (MAE, IoU): {json.dumps(result)}", flush=True)
    else:
        mix(args.share)
        torch.save({"ema": model.state_dict()}, path)
        with open(os.path.join(args.work, "log.txt"), "a") as log:
            log.write(f"blended: {args.share} of these weights, {1 - args.share} of those it went on from\n")
        gate.add(args.work, recipe)


if __name__ == "__main__":
    main()
