"""What means of the weights that stages ended with give on held-out pairs.

    python models/train/blend.py --work DIR '{"1": 0.2, "2": 0.3, "4": 0.5}' ...

Each is {stage: share} as "mean" in recipe.json takes it, judged as train.py
judges its stages.
"""
import argparse
import json
import os

import torch

import data
import net
import train


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", type=data.recipe, default=data.RECIPE)
    parser.add_argument("--work", required=True)
    parser.add_argument("--pairs", type=int, default=200, help="of each set")
    parser.add_argument("shares", type=json.loads, nargs="+")
    args = parser.parse_args()
    model = net.Net().to("cuda" if torch.cuda.is_available() else "cpu",
                         memory_format=torch.channels_last)
    pairs = data.Pack(os.path.join(args.work, "pack"))
    for shares in args.shares:
        train.blend(model, args.work, args.recipe, shares)
        result = train.validate(model, pairs, args.recipe["stages"][-1]["size"], True, args.pairs)
        print(f"{json.dumps(shares)} (MAE, IoU): {json.dumps(result)}", flush=True)


if __name__ == "__main__":
    main()
