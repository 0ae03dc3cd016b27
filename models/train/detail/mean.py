"""A mean of the averaged weights of checkpoints.

    python models/train/detail/mean.py OUT.pt CHECKPOINT...
"""
import argparse

import torch

import exported_detail


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("checkpoints", nargs="+")
    args = parser.parse_args()
    states = [exported_detail.weights(path) for path in args.checkpoints]
    torch.save({"ema": {k: sum(s[k] for s in states) / len(states) for k in states[0]}}, args.out)


if __name__ == "__main__":
    main()
