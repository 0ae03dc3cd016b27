"""Teaches a trained network when there is nothing to cut out.

    python models/train/presence.py --work DIR

Reads DIR/model.pt, writes DIR/gated.pt. The network stays as it is; `presence`
learns from its coarsest features: pictures without a subject, and windows of
training pictures in which the mask is empty, against crops with the subject.
The threshold is put where FALSE_ALARMS of the held-out pairs would be missed.
"""
import argparse
import itertools
import os

import cv2
import numpy as np
import torch
from torch import nn

import data
import net

FALSE_ALARMS = .008
GAIN = 4.  # of the logit beyond the threshold: decided pictures get all of -12


def window_without(rng, rgba):
    """A window in which the mask is empty, at least 0.4 of each side, or None."""
    h, w = rgba.shape[:2]
    for _ in range(8):
        ch, cw = (int(side * rng.uniform(.4, .8)) for side in (h, w))
        y, x = rng.integers(0, h - ch + 1), rng.integers(0, w - cw + 1)
        part = rgba[y:y + ch, x:x + cw]
        if part[..., 3].max() < 16:
            return part
    return None


def examples(pairs, indices, size, rng, windows):
    """(RGB u8 [S,S,3], 1 if there is a subject): whole pictures, and if
    `windows` also crops of them with the subject and without it."""
    def one(rgba):
        rgba = rgba[:, ::-1] if rng.random() < .5 else rgba
        rgb = np.ascontiguousarray(data.whole(np.ascontiguousarray(rgba), size)[..., :3])
        return data.damaged(rng, rgb) if windows else rgb

    for k in indices:
        empty, rgba = pairs.entries[k]["empty"], pairs.rgba(k)
        yield one(rgba), 0. if empty else 1.
        if windows and empty:
            for _ in range(5):
                y, x, h, w = (int(v) for v in data.random_window(rng, *rgba.shape[:2], .3))
                yield one(rgba[y:y + h, x:x + w]), 0.
        elif windows:
            without = window_without(rng, rgba)
            if without is not None:
                yield one(without), 0.


@torch.no_grad()
def features(model, pictures):
    """f32 [n, 320 + c0] and the labels [n] of examples()."""
    out, labels = [], []
    while batch := list(itertools.islice(pictures, 16)):
        x = torch.from_numpy(np.stack([rgb for rgb, _ in batch])).permute(0, 3, 1, 2)
        x = (x.float() / 127.5 - 1).contiguous(memory_format=torch.channels_last)
        with torch.autocast("cpu", torch.bfloat16):
            parts = model.means(x)
        out.append(torch.cat([p.float().flatten(1) for p in parts], 1))
        labels += [label for _, label in batch]
    return torch.cat(out), torch.tensor(labels)


def learn(presence, known, labels, split, steps=3000):
    """Logistic regression through the hidden layer; both classes count alike."""
    positive = labels.mean()
    weight = torch.where(labels > .5, .5 / positive, .5 / (1 - positive))
    optimizer = torch.optim.AdamW(presence.parameters(), lr=2e-3, weight_decay=.05)
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 2e-3 * (1 - step / steps)
        pick = torch.randint(len(labels), (512,))
        logits = score(presence, known[pick], split)
        loss = (nn.functional.binary_cross_entropy_with_logits(
            logits, labels[pick], reduction="none") * weight[pick]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def score(presence, means, split):
    deep, top = means[:, :split, None, None], means[:, split:, None, None]
    return presence(deep, top).flatten()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", required=True)
    parser.add_argument("--size", type=int, default=320)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    torch.manual_seed(0)
    cv2.setNumThreads(0)
    rng = np.random.default_rng(0)
    state = torch.load(os.path.join(args.work, "model.pt"), map_location="cpu")["ema"]
    model = net.Net().to(memory_format=torch.channels_last)
    net.load(model, state)
    model.eval()
    pairs = data.Pack(os.path.join(args.work, "pack"))
    train, out = pairs.split()
    # a share of the pairs is enough; all of what has no subject
    train = [k for k in train if pairs.entries[k]["empty"] or k % 2 == 0]
    known, labels = features(model, examples(pairs, train, args.size, rng, True))
    held, truth = features(model, examples(pairs, out, args.size, rng, False))
    loss = learn(model.presence, known, labels, 320)
    with torch.no_grad():
        scores = score(model.presence, held, 320)
        threshold = float(torch.quantile(scores[truth > .5], FALSE_ALARMS))
        flagged = scores < threshold
        print(f"{len(labels)} examples, {int(labels.sum())} with a subject; loss {loss:.4f}")
        for name in sorted({pairs.entries[k]["set"] for k in out}):
            of = torch.tensor([pairs.entries[k]["set"] == name for k in out])
            print(f"  {name}: {100 * flagged[of].float().mean():.1f} % of {int(of.sum())} flagged")
        model.presence.out.weight.mul_(GAIN)
        model.presence.out.bias.sub_(threshold).mul_(GAIN)
        model.gated.fill_(True)
    torch.save({"ema": model.state_dict()}, os.path.join(args.work, "gated.pt"))


if __name__ == "__main__":
    main()
