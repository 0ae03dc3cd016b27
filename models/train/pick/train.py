"""Trains the pick network from base's weights, with simulated clicks and boxes.

    python models/train/pick/train.py --shared ../shared --work DIR --minutes 60 [--pairs DUTS-TR]

Each picture gets a first click or a box, sometimes many clicks, then up to three more clicks where the
network, as it is, errs most, with its answer so far as a map (iterative training with mask guidance: Sofiiuk et al.,
2021). Without any, a whole pair's own mask is meant: what base answers. Stopped, the same command
goes on from DIR/state.pt, saved every five minutes; at the end there is DIR/pick.pt.
One core in bfloat16, or an accelerator.
"""
import argparse
import copy
import math
import os
import time

import cv2
import numpy as np
import torch

import prompts
import scenes
from network import FIXED, Pick, base
import data
import exported
import losses

HERE = os.path.dirname(os.path.abspath(__file__))
BASE = os.path.join(HERE, "..", "..", "base", "model.onnx")
SETS = ["duts_tr", "ccp_people", "human290", "feral_cats", "alex_objects"]
SPEC = {"weights": {"human290": 2, "feral_cats": .5, "ccp_people": .7}, "paste": .6, "closer": .3, "alike": .25}
ROUNDS = (.45, .27, .18, .10)  # share of steps with so many clicks after the first

MANY = .4  # share of pictures with some clicks more from the beginning


def packed(shared, pairs, work):
    """DIR/pack of the pairs: at their own 400 pixels where `pairs` names a folder of DUTS-TR."""
    path = os.path.join(work, "pack")
    if not os.path.exists(path + ".bin"):
        root = os.path.join(work, "sets")
        os.makedirs(root, exist_ok=True)
        for name in SETS:
            source = pairs if pairs and name == "duts_tr" else os.path.join(shared, "data", "train", name)
            os.path.lexists(os.path.join(root, name)) or os.symlink(os.path.abspath(source), os.path.join(root, name))
        data.pack(root, SETS, [], path)
    return path


def new(start):
    """Base's weights, nothing added yet; or a checkpoint's, or the average of one's run."""
    model = Pick()
    if start.endswith(".onnx"):
        base.load_encoder(model.enc)
        base.load_folded(model, exported.convolutions(start))
    else:
        state = torch.load(start, map_location="cpu")
        model.load_state_dict(state.get("ema", state))
    return model


class Prompt:
    """What is given for one picture of a batch: clicks, a box, the mask that was meant."""

    def __init__(self, rng, meant, whole):
        self.truth, self.clicks, self.box = meant > 127, [], None
        kind = rng.random()
        self.silent = whole and kind < .25 or not self.truth.any()
        if self.silent:
            return
        if kind > .78:
            self.box = prompts.box_of(rng, self.truth)
        if self.box is None or rng.random() < .3:
            self.click(rng, np.zeros_like(self.truth))
        if rng.random() < MANY:  # what stands after many rounds, without running them
            self.clicks += prompts.scattered(rng, self.truth, min(16, int(rng.geometric(.25))))

    def click(self, rng, mask):
        if not self.silent:
            found = prompts.next_click(self.truth, mask, rng if rng.random() < .6 else None)
            self.clicks += [found] if found else []


class Batches(torch.utils.data.IterableDataset):
    """Endless (rgb f32 [n,3,S,S] -1..1, meant f32 [n,1,S,S], whole [n])."""

    def __init__(self, pack, size, batch, seed):
        self.scenes, self.batch = scenes.Scenes(pack, {**SPEC, "size": size}, seed), batch

    def __iter__(self):
        each = iter(self.scenes)
        while True:
            rgb, meant, whole = zip(*(next(each) for _ in range(self.batch)))
            yield (torch.from_numpy(np.stack(rgb)).permute(0, 3, 1, 2).float().div_(127.5).sub_(1),
                   torch.from_numpy(np.stack(meant))[:, None], np.array(whole))


def inputs(rgb, given, masks):
    """f32 [n,7,S,S] of pictures, prompts and answers so far (f32 [n,S,S] or None)."""
    size = rgb.shape[2]
    maps = [prompts.guide(p.clicks, p.box, None if masks is None else masks[k], size) for k, p in enumerate(given)]
    return torch.cat([rgb, torch.from_numpy(np.stack(maps)).to(rgb)], 1).contiguous(memory_format=torch.channels_last)


def rounds(rng, model, rgb, given, count):
    """Answers f32 [n,S,S] after so many more clicks, each where the answer before errs; None after none."""
    masks = None
    for _ in range(count):
        with torch.no_grad(), torch.autocast(rgb.device.type, torch.bfloat16):
            logits = model(inputs(rgb, given, masks))
        masks = torch.sigmoid(logits.float())[:, 0].cpu().numpy()
        for p, mask in zip(given, masks):
            p.click(rng, mask > .5)
    if masks is not None:
        masks *= (rng.random(len(masks)) > .15)[:, None, None]  # a mask is not always at hand
    return masks


def pace(done, step):
    """Learning rate by the share of the time: up, flat, a cosine fall over the last half."""
    return min(1, step / 200) * (1 if done < .5 else .5 + .5 * math.cos(math.pi * (done - .5) / .5) + .01)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", required=True)
    parser.add_argument("--work", required=True)
    parser.add_argument("--pairs", help="DUTS-TR at its own size: a folder with images/ and masks/")
    parser.add_argument("--minutes", type=float, required=True, help="of training in all, over resumptions")
    parser.add_argument("--start", default=BASE, help="an exported base, or a checkpoint of this network")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--batch", type=int, default=12)
    parser.add_argument("--rate", type=float, default=1e-3)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    os.makedirs(args.work, exist_ok=True)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)
    cv2.setNumThreads(1)
    pack, path = packed(args.shared, args.pairs, args.work), os.path.join(args.work, "state.pt")
    state = torch.load(path, map_location="cpu", weights_only=False) if os.path.exists(path) else None
    model = new(args.start).to(device, memory_format=torch.channels_last)
    model.freeze(FIXED)
    model.eval()  # norms keep base's statistics, and are folded
    ema = copy.deepcopy(model).requires_grad_(False)
    groups = [[], []]
    for name, parameter in model.named_parameters():
        if parameter.requires_grad and not name.startswith("gate"):
            groups[not name.startswith("enc.")].append(parameter)
    rates = (args.rate * .25, args.rate)
    optimizer = torch.optim.AdamW([{"params": g, "lr": r} for g, r in zip(groups, rates)], weight_decay=.01)
    step, spent = 0, 0.
    if state:
        model.load_state_dict(state["model"]), ema.load_state_dict(state["ema"])
        optimizer.load_state_dict(state["optimizer"])
        step, spent = state["step"], state["minutes"]
    rng = np.random.default_rng([args.seed, step])
    loader = iter(torch.utils.data.DataLoader(Batches(pack, args.size, args.batch, [args.seed, step]), None,
                                              num_workers=0 if device.type == "cpu" else 8))
    log = open(os.path.join(args.work, "log.txt"), "a", buffering=1)
    print(vars(args), sum(p.numel() for g in groups for p in g), "parameters learn", file=log)
    began = saved = time.time()
    mean, pictures = None, 0
    while spent + (time.time() - began) / 60 < args.minutes:
        done = (spent + (time.time() - began) / 60) / args.minutes
        rgb, meant, whole = next(loader)
        rgb = rgb.to(device, memory_format=torch.channels_last)
        given = [Prompt(rng, m[0], w) for m, w in zip(meant.numpy(), whole)]
        masks = rounds(rng, model, rgb, given, int(rng.choice(len(ROUNDS), p=ROUNDS)))
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * pace(done, step + 1)
        with torch.autocast(device.type, torch.bfloat16):
            outputs = model(inputs(rgb, given, masks), heads=True)
        # a picture where nothing was pointed at and several things are there means nothing: left out
        use = torch.tensor([bool(w) or not p.silent for p, w in zip(given, whole)])
        alpha = (meant[use].float() / 255).to(device)
        loss = losses.total([o[use] for o in outputs], alpha, .1)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 5.)
        optimizer.step()
        step, pictures = step + 1, pictures + args.batch
        keep = min(.998, (1 + step) / (10 + step))
        with torch.no_grad():
            for old, now in zip(ema.state_dict().values(), model.state_dict().values()):
                old.lerp_(now, 1 - keep) if old.dtype.is_floating_point else old.copy_(now)
        mean = loss.item() if mean is None else .98 * mean + .02 * loss.item()
        if step % 50 == 0:
            print(f"step {step} loss {mean:.4f} {spent + (time.time() - began) / 60:.1f} minutes "
                  f"{pictures / (time.time() - began):.1f} pictures/s", file=log)
        if time.time() > saved + 300:
            saved = time.time()
            save(path, model, ema, optimizer, step, spent + (saved - began) / 60)
    save(path, model, ema, optimizer, step, spent + (time.time() - began) / 60)
    torch.save({"ema": ema.state_dict()}, os.path.join(args.work, "pick.pt"))


def save(path, model, ema, optimizer, step, minutes):
    torch.save({"model": model.state_dict(), "ema": ema.state_dict(), "optimizer": optimizer.state_dict(),
                "step": step, "minutes": minutes}, path + ".part")
    os.replace(path + ".part", path)


if __name__ == "__main__":
    main()
