"""The weights of the prototype's network, what of them fits, as a checkpoint to begin with.

    python models/train/detail/prototype.py ../shared/models/detail-prototype/det-real.pt OUT.pt

Its levels of strides 2, 4 and 8 are taken but for the second blocks of the finest; that of 16
and more blocks of the others begin as nothing, the head anew.
"""
import argparse

import torch

import network


def folded(state, conv, norm):
    """(weight, bias) of a convolution with its BatchNorm."""
    gain = state[norm + ".weight"] * torch.rsqrt(state[norm + ".running_var"] + 1e-5)
    return state[conv + ".weight"] * gain[:, None, None, None], state[norm + ".bias"] - state[norm + ".running_mean"] * gain


def mixes(state, name, count):
    """(name within a level, weight, bias) of the first `count` residual blocks; one alone is no list there."""
    for k in range(count):
        old = f"{name}.{k}.f" if f"{name}.0.f.1.weight" in state else f"{name}.f"
        yield f"{k}.a", *folded(state, old + ".0.0", old + ".0.1")
        yield f"{k}.b", *folded(state, old + ".1", old + ".2")
        yield f"{k}.c", *folded(state, old + ".4", old + ".5")


def blocks(weight):
    """A 3x3 convolution of stride 2 on pixels [o,4,3,3] as one on blocks [o,16,3,3]."""
    out = weight.new_zeros(weight.shape[0], 2, 2, 4, 3, 3)
    for i in range(3):
        for j in range(3):
            out[:, (i + 1) % 2, (j + 1) % 2, :, (i + 1) // 2, (j + 1) // 2] = weight[:, :, i, j]
    return out.reshape(weight.shape[0], 16, 3, 3)


def convert(state):
    net = network.Net()
    new = net.state_dict()

    def put(name, weight, bias):
        assert new[name + ".weight"].shape == weight.shape, name
        new[name + ".weight"], new[name + ".bias"] = weight, bias

    weight, bias = folded(state, "stem.0", "stem.1")
    put("stem", blocks(weight), bias)
    for level, name, count in (("down.0", "e1", 1), ("down.1", "e2", 2), ("down.2", "e3", 3), ("up.0", "f1", 1), ("up.1", "f2", 1)):
        for inner, weight, bias in mixes(state, name, count):
            put(f"{level}.{inner}", weight, bias)
    for k, name in enumerate(("d1", "d2")):
        put(f"shrink.{k}.a", *folded(state, name + ".f.0", name + ".f.1"))
        put(f"shrink.{k}.b", *folded(state, name + ".f.3.0", name + ".f.3.1"))
    for k, name in enumerate(("u1", "u2")):
        put(f"rise.{k}", state[name + ".weight"], state[name + ".bias"])
    new["rise.2.weight"] = torch.zeros_like(new["rise.2.weight"])
    return new


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("prototype")
    parser.add_argument("out")
    args = parser.parse_args()
    torch.save({"ema": convert(torch.load(args.prototype, map_location="cpu"))}, args.out)


if __name__ == "__main__":
    main()
