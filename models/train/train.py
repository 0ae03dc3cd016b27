"""Trains the network through the stages of recipe.json.

    python models/train/train.py --shared ../shared --work DIR

DIR holds the packed data, the state after every few minutes, the weights each
stage ended with and the log; the same command goes on where it was stopped.
--start MODEL.onnx --stage N begins at a later stage with the weights of an
exported model (no mean of the recipe may want a stage that was left out). Without an accelerator
each core is a process of one thread with its own pictures, gradients are
averaged after each step. See README.md.
"""
import argparse
import copy
import json
import math
import os
import signal
import sys
import time

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing
from torch import nn

import data
import exported
import gate
import losses
import net

HERE = os.path.dirname(os.path.abspath(__file__))
SETTLE = 24  # batches for the statistics of a mean of weights


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", default=os.path.join(HERE, "..", "..", "..", "shared"))
    parser.add_argument("--work", required=True)
    parser.add_argument("--recipe", type=data.recipe, default=data.RECIPE)
    parser.add_argument("--pairs", metavar="DIR", help="DUTS-TR at its own 400 pixels, with images/ and masks/, instead of that of ../shared")
    parser.add_argument("--start", help="an exported model to go on from")
    parser.add_argument("--stage", type=int, default=0, help="the first stage to run")
    parser.add_argument("--processes", type=int,
                        default=1 if torch.cuda.is_available() else len(os.sched_getaffinity(0)))
    parser.add_argument("--save-minutes", type=float, default=5)
    return parser.parse_args()


def autocast(device):
    """To bfloat16 where that is faster than float32: by software it is 20 times slower."""
    fast = torch.cuda.is_available() or torch.cpu.get_capabilities().get("avx512_bf16", False)
    return torch.autocast(device.type, torch.bfloat16, fast)


def factor(step, stage):
    """Of the learning rate: warm-up, a plateau, a fall to nothing over the
    last `decay` steps (none when 0)."""
    warm = min(1, (step + 1) / stage.get("warmup", 100))
    left, decay = stage["steps"] - step, stage.get("decay", 0)
    return warm * (.5 - .5 * math.cos(math.pi * left / decay) if left < decay else 1)


@torch.no_grad()
def average(ema, model, keep):
    for old, new in zip(ema.state_dict().values(), model.state_dict().values()):
        if old.dtype.is_floating_point:
            old.lerp_(new, 1 - keep)
        else:
            old.copy_(new)


def share(parameters):
    """Every process gets the mean of all their gradients."""
    gradients = [p.grad for p in parameters if p.grad is not None]
    flat = torch.cat([g.flatten() for g in gradients])
    dist.all_reduce(flat)
    flat /= dist.get_world_size()
    for gradient, part in zip(gradients, flat.split([g.numel() for g in gradients])):
        gradient.copy_(part.view_as(gradient))


@torch.no_grad()
def validate(model, pairs, size, half, limit=80):
    """{set: (MAE, IoU at one half)} on held-out pictures, at the finest map's size."""
    model.eval()
    _, out = pairs.split()
    result = {}
    for name in sorted({pairs.entries[k]["set"] for k in out}):
        chosen = [k for k in out if pairs.entries[k]["set"] == name]
        chosen = chosen[::max(1, len(chosen) // limit)][:limit]
        mae, iou = [], []
        for k in range(0, len(chosen), 16):
            batch = np.stack([data.whole(pairs.rgba(j), size) for j in chosen[k:k + 16]])
            rgba = torch.from_numpy(batch).permute(0, 3, 1, 2).float()
            with autocast(model.head.weight.device):
                outputs = model((rgba[:, :3] / 127.5 - 1).to(model.head.weight), True, half)
            p = torch.sigmoid((outputs[0] if half else outputs[4]).float()).cpu()
            alpha = nn.functional.adaptive_avg_pool2d(rgba[:, 3:] / 255, p.shape[2])
            mae += (p - alpha).abs().mean((1, 2, 3)).tolist()
            a, b = p > .5, alpha > .5
            union = (a | b).sum((1, 2, 3)).float()
            iou += ((a & b).sum((1, 2, 3)) / union.clamp_min(1)).tolist()
        result[name] = (round(float(np.mean(mae)), 4), round(float(np.mean(iou)), 4))
    return result


def ended(work, number):
    """The file of the weights that a stage ended with."""
    return os.path.join(work, f"stage{number}.pt")


def mean_of(work, shares):
    """Of the weights that stages ended with, {number: share}: flatter, and better
    on pictures of other kinds, than any of them (Wortsman et al., ICML 2022)."""
    total = {}
    for number, share in shares.items():
        for k, v in torch.load(ended(work, number), map_location="cpu")["ema"].items():
            total[k] = total.get(k, 0) + share * v if v.is_floating_point() else v
    return total


def learn(model, norm):
    """Training mode, but for the norms whose statistics are kept."""
    # "decoder": statistics of one value a picture, as in ctx, are too few to train by
    kept = {"frozen": "", "decoder": ("enc.", "ctx."), "batch": ()}[norm]
    for name, module in model.train().named_modules():
        if isinstance(module, nn.BatchNorm2d) and name.startswith(kept):
            module.eval()


@torch.no_grad()
def take_mean(model, work, shares, samples):
    """The model becomes a mean of stages' weights; the statistics of its norms in
    training mode are taken anew."""
    net.load(model, mean_of(work, shares))
    norms = [m for m in model.modules() if isinstance(m, nn.BatchNorm2d) and m.training]
    if not norms:
        return
    usual = norms[0].momentum
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None  # the plain mean of all batches
    for _ in range(SETTLE):
        rgb = next(samples)[0].to(model.head.weight.device, memory_format=torch.channels_last)
        with autocast(rgb.device):
            model(rgb, True)
    for norm in norms:
        norm.momentum = usual


def samples(work, stage, seed):
    """Batches of a stage's pictures, without end."""
    spec = {"seed": seed, "size": stage["size"], **stage["data"]}
    return iter(torch.utils.data.DataLoader(
        data.Samples(os.path.join(work, "pack"), spec), batch_size=stage["batch"],
        num_workers=stage.get("workers", 1), prefetch_factor=4, persistent_workers=True,
        multiprocessing_context="fork"))


def blend(model, work, recipe, shares):
    """A mean of stages' weights, as it would ship."""
    stage = recipe["stages"][-1]
    learn(model, stage["norm"])
    take_mean(model, work, shares, samples(work, stage, [len(recipe["stages"])]))


def start(model, init, shared):
    """The weights a stage begins with, where it does not take the last one's:
    those for "imagenet" of the encoder, or a checkpoint's."""
    if init == "imagenet":
        net.load_encoder(model.enc)
    else:
        state = torch.load(os.path.join(shared, init), map_location="cpu")
        net.load(model, state.get("ema", state))


def start_exported(model, path, recipe, shared):
    """The weights of an exported model; the recipe's first ones say at what pace
    its channels learn."""
    start(model, recipe["stages"][0]["init"], shared)
    net.load_folded(model, exported.convolutions(path))


def fit_heads(model, samples, steps=60):
    """The auxiliary heads alone, for features that are there already."""
    model.eval()
    optimizer = torch.optim.Adam(model.aux.parameters(), lr=.01)
    for step in range(steps):
        rgb, alpha = next(samples)
        for group in optimizer.param_groups:
            group["lr"] = .01 * (1 - step / steps)
        with torch.no_grad():
            rgb = rgb.to(model.head.weight, memory_format=torch.channels_last)
            levels, _ = model.decode(*model.enc(rgb)[1:])
        loss = losses.total([None, *model.auxiliary(levels)], alpha.to(rgb.device), 0)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if dist.get_world_size() > 1:
            share(model.aux.parameters())
        optimizer.step()


def run(stage, number, model, ema, args, device, resume):
    """One stage; `resume` is the state it was stopped in, or None."""
    rank, processes = dist.get_rank(), dist.get_world_size()
    # resumed, the same order again would be other steps' data
    seed = [number, resume["step"] if resume else 0, rank]
    loader = samples(args.work, stage, seed)
    pairs = data.Pack(os.path.join(args.work, "pack"))
    log = open(os.path.join(args.work, "log.txt") if rank == 0 else os.devnull, "a", buffering=1)
    if not resume and "init" in stage:
        start(model, stage["init"], args.shared)
    if not resume and args.start and number == args.stage:
        fit_heads(model, loader)
    learn(model, stage["norm"])
    if not resume and "mean" in stage:
        take_mean(model, args.work, stage["mean"], loader)
    if not resume:
        for value in model.state_dict().values():  # the first one's statistics
            dist.broadcast(value, 0)
        ema.load_state_dict(model.state_dict())
    model.freeze(stage.get("freeze", 0))
    groups = {"encoder": [], "decoder": []}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            groups["encoder" if name.startswith("enc.") else "decoder"].append(parameter)
    rates = [stage["rate"] * .25, stage["rate"]]
    optimizer = torch.optim.AdamW(
        [{"params": g, "lr": r} for g, r in zip(groups.values(), rates)], weight_decay=.01)
    step = 0
    if resume:
        step = resume["step"]
        optimizer.load_state_dict(resume["optimizer"])
    half, mean = stage["half"], None
    began = saved = time.time()
    while step < stage["steps"]:
        rgb, alpha = next(loader)
        rgb = rgb.to(device, memory_format=torch.channels_last)
        for group, rate in zip(optimizer.param_groups, rates):
            group["lr"] = rate * factor(step, stage)
        with autocast(device):
            outputs = model(rgb, True, half)
        loss = losses.total(outputs, alpha.to(device), stage.get("edges", 0))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if processes > 1:
            share(model.parameters())
        nn.utils.clip_grad_norm_(model.parameters(), 5.)
        optimizer.step()
        step += 1
        average(ema, model, min(stage["ema"], (1 + step) / (10 + step)))
        mean = loss.item() if mean is None else .98 * mean + .02 * loss.item()
        if step % 100 == 0:
            done = step - (resume["step"] if resume else 0)
            log.write(f"stage {number} step {step} loss {mean:.4f} "
                      f"{done * stage['batch'] * processes / (time.time() - began):.1f} images/s\n")
        if rank:
            continue
        if time.time() > saved + 60 * args.save_minutes or step == stage["steps"]:
            saved = time.time()
            save(args.work, {"stage": number, "step": step, "model": model.state_dict(),
                             "ema": ema.state_dict(), "optimizer": optimizer.state_dict()})
        if step % stage.get("validate", 2000) == 0 or step == stage["steps"]:
            log.write(f"stage {number} step {step} held out (MAE, IoU): "
                      f"{json.dumps(validate(ema, pairs, stage['size'], half))}\n")
    log.close()


def save(work, state):
    path = os.path.join(work, "state.pt")
    torch.save(state, path + ".part")
    os.replace(path + ".part", path)


def work(rank, args):
    """All stages, in one of the processes."""
    dist.init_process_group("gloo", rank=rank, world_size=args.processes,
                            init_method=f"file://{os.path.abspath(args.work)}/meeting")
    torch.manual_seed(0)
    if not torch.cuda.is_available():
        torch.set_num_threads(1)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    model = net.Net().to(device, memory_format=torch.channels_last)
    ema = copy.deepcopy(model)
    for parameter in ema.parameters():
        parameter.requires_grad = False
    path, resume = os.path.join(args.work, "state.pt"), None
    if os.path.exists(path):
        resume = torch.load(path, map_location=device)
        net.load(model, resume["model"])
        net.load(ema, resume["ema"])
    elif args.start:
        start_exported(model, args.start, args.recipe, args.shared)
    for number, stage in enumerate(args.recipe["stages"]):
        if number < (resume["stage"] if resume else args.stage):
            continue
        if not resume or resume["step"] < stage["steps"]:
            run(stage, number, model, ema, args, device, resume)
        resume = None
        # the next stage goes on from the average
        model.load_state_dict(ema.state_dict())
        if rank == 0:
            torch.save({"ema": ema.state_dict()}, ended(args.work, number))
        dist.barrier()
    if rank == 0:
        if "mean" in args.recipe:
            blend(model, args.work, args.recipe, args.recipe["mean"])
        torch.save({"ema": model.state_dict()}, os.path.join(args.work, "model.pt"))
    dist.barrier()
    dist.destroy_process_group()


def lacking(args):
    """Stages before the first to run that a mean wants and that left no weights."""
    wanted = {n for part in [args.recipe, *args.recipe["stages"][args.stage:]] for n in part.get("mean", ())}
    return sorted(n for n in wanted if int(n) < args.stage and not os.path.exists(ended(args.work, n)))


def main():
    args = arguments()
    recipe = args.recipe
    if missing := lacking(args):
        sys.exit(f"A mean of the recipe wants the weights of stage {', '.join(missing)}, which are not in {args.work}.")
    os.makedirs(args.work, exist_ok=True)
    if not os.path.exists(os.path.join(args.work, "pack.bin")):
        data.pack(os.path.join(args.shared, "data"), recipe["sets"], recipe["empty"],
                  os.path.join(args.work, "pack"), {"train/duts_tr": args.pairs} if args.pairs else {})
    meeting = os.path.join(args.work, "meeting")
    if os.path.exists(meeting):
        os.remove(meeting)
    # the C library keeps what is freed: else the kernel clears each activation's pages anew
    os.environ.setdefault("MALLOC_MMAP_MAX_", "0")
    os.environ.setdefault("MALLOC_TRIM_THRESHOLD_", str(8 << 30))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started = torch.multiprocessing.spawn(work, (args,), args.processes, join=False)
    try:
        while not started.join():
            pass
    finally:
        for process in started.processes:
            process.terminate()
    gate.add(args.work, recipe)


if __name__ == "__main__":
    main()
