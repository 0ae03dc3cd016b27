"""Trains the detail network on crops that crops.py made.

    python models/train/detail/train.py --work DIR --minutes 60 [--start model.onnx] [--pairs DIR]

Crops are DIR/crops/SET/*.npy, u8 [N,S,S,5]: RGB, true alpha, coarse alpha, as photos.py makes
them or pack.py unpacks; files whose name begins with "held" are not trained on. They are
looked for again now and then, so that they may be made at the same time. Stopped, the
same command goes on from DIR/state.pt, saved every five minutes; at the end there is
DIR/detail.pt. On an accelerator if there is one, else on one core in bfloat16.
"""
import argparse
import copy
import glob
import os
import time

import cv2
import numpy as np
import torch
import torch.nn.functional as F

import exported_detail
import losses
import natural
import network
import pack


class Crops:
    """The files of each set, mapped into memory."""

    def __init__(self, folder, shares):
        self.folder, self.shares, self.files = folder, shares, {}

    def look(self, begin=""):
        """Maps files that are new; answers how many crops there are of each set."""
        for name in self.shares:
            files = self.files.setdefault(name, {})
            for path in glob.glob(os.path.join(self.folder, name, "*.npy")):
                if path not in files and os.path.basename(path).startswith("held") == (begin == "held"):
                    files[path] = np.load(path, mmap_mode="r")
        return {name: sum(len(f) for f in files.values()) for name, files in self.files.items()}

    def crop(self, rng, side):
        """u8 [side,side,5]: of a random set, by its share, a random part of a random crop."""
        names = [n for n in self.shares if self.files[n]]
        shares = np.array([self.shares[n] for n in names], float)
        files = list(self.files[rng.choice(names, p=shares / shares.sum())].values())
        sizes = np.array([len(f) for f in files], float)
        file = files[rng.choice(len(files), p=sizes / sizes.sum())]
        whole = file[rng.integers(len(file))]
        y, x = rng.integers(whole.shape[0] - side + 1), rng.integers(whole.shape[1] - side + 1)
        return whole[y:y + side, x:x + side]


def changed(rng, crop):
    """A crop f32 [side,side,6], turned and mirrored, with other light and colours, sometimes noise."""
    if rng.random() < .5:
        crop = crop[:, ::-1]
    if rng.random() < .5:
        crop = crop.transpose(1, 0, 2)
    if rng.random() < .25:
        crop = crop[::-1]
    crop = np.ascontiguousarray(crop)
    rgb = crop[..., :3]
    if rng.random() < .15:
        rgb[:] = rgb.mean(2, keepdims=True)
    rgb[:] = (rgb - .5) * rng.uniform(.7, 1.25) + .5 + rng.normal(0, .07) + rng.normal(0, .04, 3)
    if rng.random() < .3:
        rgb += rng.normal(0, rng.uniform(0, .03), rgb.shape).astype(np.float32)
    np.clip(rgb, 0, 1, out=rgb)
    return crop


class Batches(torch.utils.data.IterableDataset):
    """Endless f32 [count,6,side,side]: RGB, truth, coarse alpha, what an error counts."""

    def __init__(self, folder, args, seed):
        self.crops, self.args, self.seed = Crops(folder, args.mix), args, seed
        self.natural = natural.Natural(args.pairs) if args.pairs else None

    def crop(self, rng):
        """f32 [side,side,6] of a composite, often before another ground, or of a photo as it is."""
        if self.natural and rng.random() < self.args.natural:
            return self.natural.crop(rng, self.args.side)
        crop = self.crops.crop(rng, self.args.side)
        if self.natural and rng.random() < self.args.reground:
            crop = self.natural.regrounded(rng, crop)
        crop = np.dstack([crop.astype(np.float32) / 255, np.ones(crop.shape[:2], np.float32)])
        if rng.random() < self.args.bold:
            crop[..., 4] = natural.bold(rng, crop[..., 3])
        return crop

    def __iter__(self):
        worker = torch.utils.data.get_worker_info()
        rng, looked = np.random.default_rng([*self.seed, worker.id if worker else 0]), 0.
        cv2.setNumThreads(1)
        while True:
            if time.time() > looked + 60:
                looked = time.time()
                self.crops.look()
            x = np.empty((self.args.batch, 6, self.args.side, self.args.side), np.float32)
            for each in x:
                each[:] = changed(rng, self.crop(rng)).transpose(2, 0, 1)
                each[5] *= losses.weights(each[3], each[4])
            yield torch.from_numpy(x)


def batches(folder, args, seed, device):
    """(rgb, truth, coarse, weight) on the device; beside an accelerator, made by all other cores."""
    workers = max(1, len(os.sched_getaffinity(0)) - 1) if device.type == "cuda" else 0
    loader = torch.utils.data.DataLoader(Batches(folder, args, seed), None, num_workers=workers,
                                         pin_memory=workers > 0, prefetch_factor=4 if workers else None)
    for x in loader:
        yield x.to(device, non_blocking=True).split((3, 1, 1, 1), 1)


def run(net, rgb, coarse):
    """Alpha by the network in bfloat16, nothing held."""
    device = rgb.device.type
    with torch.autocast(device, torch.bfloat16):
        z = net(network.pack(rgb, coarse).to(memory_format=torch.channels_last))
    return network.answer(z.float(), coarse)


def rounds(net, rgb, coarse, count):
    """The coarse alpha after `count` rounds of the network, as apply.py takes them."""
    with torch.no_grad():
        for _ in range(count):
            band = network.undecided(coarse)
            coarse = coarse + band * (run(net, rgb, coarse) - coarse)
    return coarse


def from_half(net, rgb, coarse):
    """The coarse alpha with what a round at half the size changes."""
    half, small = F.avg_pool2d(coarse, 2), F.avg_pool2d(rgb, 2)
    return (coarse + network.twice(rounds(net, small, half, 1) - half)).clamp(0, 1)


def begun(rng, net, rgb, coarse):
    """A coarse alpha as the network meets it in later rounds: its own answer, at half the size, at the size, or both."""
    if rng.random() < .6:
        coarse = from_half(net, rgb, coarse)
        return rounds(net, rgb, coarse, int(rng.integers(2)))
    return rounds(net, rgb, coarse, 1 + int(rng.integers(2)))


def validate(net, crops, device, most=96):
    """Errors of held-out crops: {set: [1000 x mean error of the coarse alpha, after one round, after one at half the size and two,
    then their gradient errors]}."""
    out = {}
    for name, files in crops.files.items():
        rows = []
        for file in files.values():
            for k in range(0, min(len(file), most), 16):
                x = torch.from_numpy(file[k:k + 16].astype(np.float32).transpose(0, 3, 1, 2) / 255).to(device)
                side = x.shape[2] // 32 * 32
                rgb, truth, coarse = x[:, :3, :side, :side], x[:, 3:4, :side, :side], x[:, 4:5, :side, :side]
                one = rounds(net, rgb, coarse, 1)
                two = rounds(net, rgb, from_half(net, rgb, coarse), 2)
                each = [a - truth for a in (coarse, one, two)]
                rows.append([d.abs().mean().item() for d in each] +
                            [losses.gradient(losses.blurred(d), torch.ones_like(d)).item() for d in each])
        if rows:
            out[name] = [round(1000 * float(v), 2) for v in np.mean(rows, 0)]
    return out


def pace(done, rate, warm):
    """Learning rate at that share of the time: up, flat, then a cosine fall over the last half."""
    fall = .5 + .5 * np.cos(np.pi * max(0, min(1, (done - .5) / .5)))
    return float(rate * min(1, warm) * max(.01, fall))


def save(work, name, state):
    path = os.path.join(work, name)
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", required=True)
    parser.add_argument("--crops", help="folder of the sets, WORK/crops if not given")
    parser.add_argument("--packed", help="a file of pack.py, if that folder is not there yet")
    parser.add_argument("--minutes", type=float, required=True, help="of training in all, over resumptions")
    parser.add_argument("--start", help="an exported model or a checkpoint to begin with")
    parser.add_argument("--mix", default="real=1", help="sets and their shares")
    parser.add_argument("--pairs", help="folder of photos and hard masks: DUTS-TR")
    parser.add_argument("--natural", type=float, default=.3, help="share of crops of those photos as they are")
    parser.add_argument("--reground", type=float, default=.35, help="share of the others that get a ground from there")
    parser.add_argument("--bold", type=float, default=.08, help="share of those with a coarse matte of the body alone")
    parser.add_argument("--batch", type=int, default=16)
    parser.add_argument("--side", type=int, default=192)
    parser.add_argument("--rate", type=float, default=1.5e-3)
    parser.add_argument("--again", type=float, default=.4, help="share of steps on the network's own answers")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    args.mix = {k: float(v) for k, v in (part.split("=") for part in args.mix.split(","))}
    return args


def begin(args, device):
    """(net, its average, optimizer, step, seconds spent): as it was stopped, or anew."""
    net = network.Net().to(device, memory_format=torch.channels_last)
    optimizer = torch.optim.AdamW(net.parameters(), args.rate, weight_decay=.01, betas=(.9, .98))
    path = os.path.join(args.work, "state.pt")
    if not os.path.exists(path):
        if args.start:
            net.load_state_dict(exported_detail.weights(args.start))
        return net, copy.deepcopy(net), optimizer, 0, 0.
    state, ema = torch.load(path, map_location=device), copy.deepcopy(net)
    net.load_state_dict(state["model"])
    ema.load_state_dict(state["ema"])
    optimizer.load_state_dict(state["optimizer"])
    return net, ema, optimizer, state["step"], state["spent"]


def learn(net, ema, optimizer, step, spent, args, device, folder, log):
    """Trains until the minutes are over, with a state.pt every five."""
    rng, source = np.random.default_rng([args.seed, step]), batches(folder, args, [args.seed, step], device)
    crops, held = (Crops(folder, args.mix) for _ in range(2))
    log.write(f"step {step} crops {crops.look()} held out {held.look('held')}\n")
    began = saved = tested = time.time()
    first, mean = step, None

    def keep():
        save(args.work, "state.pt", {"model": net.state_dict(), "ema": ema.state_dict(), "step": step,
                                     "optimizer": optimizer.state_dict(), "spent": spent + time.time() - began})

    while spent + time.time() - began < 60 * args.minutes:
        done = (spent + time.time() - began) / 60 / args.minutes
        for group in optimizer.param_groups:
            group["lr"] = pace(done, args.rate, (step - first + 1) / 100)
        rgb, truth, coarse, weight = next(source)
        if rng.random() < args.again:
            coarse = begun(rng, net, rgb, coarse)
        loss = losses.total(run(net, rgb, coarse), truth, coarse, weight)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), .5)
        optimizer.step()
        step += 1
        with torch.no_grad():
            for mine, new in zip(ema.parameters(), net.parameters()):
                mine.lerp_(new, 1 - min(.995, (1 + step) / (10 + step)))
        now = time.time()
        if step % 10 == 0:
            mean = loss.item() if mean is None else .9 * mean + .1 * loss.item()
        if step % 100 == 0:
            log.write(f"step {step} loss {mean:.4f} {(spent + now - began) / 60:.1f} minutes "
                      f"{(step - first) * args.batch / (now - began):.1f} crops/s\n")
        if now > tested + 600:
            tested = now
            log.write(f"step {step} crops {crops.look()} held out {validate(ema, held, device)}\n")
        if now > saved + 300:
            saved = now
            keep()
    keep()
    log.write(f"step {step} held out {validate(ema, held, device)}\n")


def main():
    args = arguments()
    torch.manual_seed(args.seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)
    folder = args.crops or os.path.join(args.work, "crops")
    os.makedirs(args.work, exist_ok=True)
    if args.packed and not os.path.exists(folder):
        pack.out(args.packed, folder)
    net, ema, optimizer, step, spent = begin(args, device)
    with open(os.path.join(args.work, "log.txt"), "a", buffering=1) as log:
        log.write(f"{vars(args)} {sum(p.numel() for p in net.parameters())} parameters, {network.macs(net):.0f} MAC a pixel\n")
        learn(net, ema, optimizer, step, spent, args, device, folder, log)
    save(args.work, "detail.pt", {"ema": ema.state_dict()})


if __name__ == "__main__":
    main()
