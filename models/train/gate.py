"""Fits the gate of a trained network (net.Net): which pictures have no subject.

    python models/train/gate.py --work DIR

train.py does it at its end. Logistic regression on the mean of the encoder's
deepest features, the recipe's textures against its pairs, both from what is
trained on in DIR/pack; DIR/model.pt gets the gate. Scenes are not shown:
something small in them may well be wanted. What the gate lets pass is decided
out of fold: FALSE of the pairs are lowered.
"""
import argparse
import itertools
import os

import numpy as np
import torch
from torch import nn

import data
import net

PAIRS, CROPS = 1600, 3  # pairs looked at; views of each texture beside the whole
DECAY, FOLDS = .02, 5
FALSE = .001
STEEP = 8.  # from nothing to all within 6 / STEEP of the log odds


def views(pairs, sets, size):
    """(u8 [size,size,3], fold, whether empty): whole pictures, and crops of
    those in the empty sets."""
    rng = np.random.default_rng(0)
    train, _ = pairs.split()
    textures = [k for k in train if pairs.entries[k]["set"] in sets]
    others = [k for k in train if not pairs.entries[k]["empty"]]
    others = rng.choice(others, min(PAIRS, len(others)), False)
    for kind, chosen in ((True, textures), (False, others)):
        for n, k in enumerate(chosen):
            rgba = pairs.rgba(k)
            yield data.whole(rgba, size)[..., :3], n % FOLDS, kind
            for _ in range(CROPS if kind else 0):
                h, w = rgba.shape[:2]
                y, x, ch, cw = (int(v) for v in data.random_window(rng, h, w, .2))
                part = data.whole(np.ascontiguousarray(rgba[y:y + ch, x:x + cw]), size)
                yield part[..., :3], n % FOLDS, kind


@torch.no_grad()
def features(model, samples, batch=16):
    """(f32 [n,C], folds [n], whether empty [n]) of views."""
    rows, folds, kinds = [], [], []
    while some := list(itertools.islice(samples, batch)):
        images, fold, kind = zip(*some)
        x = torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float() / 127.5 - 1
        rows.append(model.enc(x.to(model.head.weight))[4].mean((2, 3)).cpu())
        folds += fold
        kinds += kind
    return torch.cat(rows), torch.tensor(folds), torch.tensor(kinds)


def regress(x, y):
    """(weight [n], bias) of log odds; features are centred and scaled inside."""
    mean, deviation = x.mean(0), x.std(0) + 1e-6
    z = (x - mean) / deviation
    weight = torch.zeros(x.shape[1], requires_grad=True)
    bias = torch.zeros(1, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=200)

    def closure():
        optimizer.zero_grad()
        loss = nn.functional.binary_cross_entropy_with_logits(z @ weight + bias, y)
        loss = loss + DECAY * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    weight = weight.detach() / deviation
    return weight, float(bias.detach() - weight @ mean)


def fit(model, pairs, sets, size):
    """Sets model.gate; returns the shares of textures and of pairs, out of
    fold, that it lowers."""
    x, folds, empty = features(model.eval(), views(pairs, sets, size))
    y, odds = empty.float(), torch.zeros(len(x))
    for fold in range(FOLDS):
        weight, bias = regress(x[folds != fold], y[folds != fold])
        odds[folds == fold] = x[folds == fold] @ weight + bias
    least = float(torch.quantile(odds[~empty], 1 - FALSE))
    weight, bias = regress(x, y)
    with torch.no_grad():
        model.gate.weight.copy_(STEEP * weight[None, :, None, None])
        model.gate.bias.fill_(STEEP * (bias - least))
    return [float((odds[kind] > least).float().mean()) for kind in (empty, ~empty)]


def add(work, recipe):
    """The gate of work/model.pt, saved there."""
    path = os.path.join(work, "model.pt")
    model = net.Net()
    net.load(model, torch.load(path, map_location="cpu")["ema"])
    model.to("cuda" if torch.cuda.is_available() else "cpu", memory_format=torch.channels_last)
    lowered = fit(model, data.Pack(os.path.join(work, "pack")), recipe["gate"]["empty"],
                  recipe["stages"][-1]["size"])
    torch.save({"ema": model.state_dict()}, path)
    with open(os.path.join(work, "log.txt"), "a") as log:
        log.write("gate lowers, out of fold: %.4f of textures, %.4f of pairs\n" % tuple(lowered))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recipe", type=data.recipe, default=data.RECIPE)
    parser.add_argument("--work", required=True)
    args = parser.parse_args()
    add(args.work, args.recipe)


if __name__ == "__main__":
    main()
