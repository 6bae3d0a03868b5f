"""Train the reader: `python -m training.train DATA OUT` (see README.md beside this file).

Can be stopped at any time: the same command goes on where its last checkpoint was written.
"""

from __future__ import annotations

import argparse
import random
import time
from pathlib import Path

import torch
from torch import nn

from kb.indexing.e5_folder import unpacked_folder
from kb.indexing.e5_package import open_package
from kb.settings import cache_folder
from training.model import Reader, padded
from training.notes import note_examples, note_pairs
from training.packing import Row, batches, open_tokenizer, pack_examples, pack_pairs
from training.sets import training_examples, training_pairs
from training.translated import translated_examples

_WARM_UP = 150  # steps
_DROPOUT = 0.05
_CLIP = 1.0
_DECAY = 0.01


def main() -> None:
    """Train from the command line."""
    options = _options()
    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    base = unpacked_folder(open_package(), cache_folder())
    plan = _plan(base, options)
    net = Reader(base, frozen=options.frozen)
    if options.start:
        net.load(options.start)
    train(net, plan, options)


def train(net: Reader, plan: list[list[Row]], options: argparse.Namespace) -> None:
    """Walk through `plan`, a batch a step; the learning rate falls linearly to nothing at its end.

    `progress.tsv` in the output folder gains a line every 100 steps: step, steps in all, rows seen, mean loss, rows a
    second.
    """
    optimiser = _optimiser(net, options.rate)
    state = options.out / "state.pt"
    step = 0
    if state.exists():
        saved = torch.load(state, weights_only=True)
        net.load_state_dict(saved["net"])
        optimiser.load_state_dict(saved["optimiser"])
        step = saved["step"]
    seen = sum(map(len, plan[:step]))
    began, last, first_seen, mean = time.monotonic(), time.monotonic(), seen, 0.0
    while step < len(plan) and seen < options.stop:
        batch = plan[step]
        step += 1
        rate = options.rate * min(1.0, step / _WARM_UP) * (1 - (step - 1) / len(plan))
        for group in optimiser.param_groups:
            group["lr"] = rate
        loss = _loss(net, batch)
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), _CLIP)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        seen += len(batch)
        mean = 0.98 * mean + 0.02 * loss.item() if mean else loss.item()
        if step % 100 == 0:
            speed = (seen - first_seen) / (time.monotonic() - began)
            with (options.out / "progress.tsv").open("a") as log:
                log.write(f"{step}\t{len(plan)}\t{seen}\t{mean:.4f}\t{speed:.1f}\n")
        if time.monotonic() - last > 60 * options.save_every:
            _save(net, optimiser, step, options.out)
            last = time.monotonic()
    _save(net, optimiser, step, options.out)


def _loss(net: Reader, batch: list[Row]) -> torch.Tensor:
    ids, mask = padded([row.ids for row in batch])
    spans, answerable, labels = net(ids, mask, _DROPOUT)
    if batch[0].label >= 0:
        return nn.functional.cross_entropy(labels, torch.tensor([row.label for row in batch]))
    spans = spans.masked_fill((mask == 0)[..., None], -1e4)
    start, end = torch.tensor([row.start for row in batch]), torch.tensor([row.end for row in batch])
    where = (
        nn.functional.cross_entropy(spans[..., 0], start) + nn.functional.cross_entropy(spans[..., 1], end)
    ) / 2
    return where + nn.functional.binary_cross_entropy_with_logits(answerable, (start > 0).float())


def _plan(base: Path, options: argparse.Namespace) -> list[list[Row]]:
    """All batches of the whole training, made anew from the seed by every start."""
    chance = random.Random(options.seed)
    tokenizer = open_tokenizer(base)
    made = training_examples(options.data, chance)
    pairs = training_pairs(options.data, chance)
    translated = translated_examples(options.data, chance)
    notes, asked = note_examples(options.vaults, chance), note_pairs(chance)
    parts = (
        (1 - options.notes - options.translated, made, pack_examples),
        (options.translated, translated, pack_examples),
        (options.notes, notes, pack_examples),
        (options.pairs, pairs, pack_pairs),
        (options.pairs / 2, asked, pack_pairs),
    )
    rows: list[Row] = []
    for share, items, pack in parts:
        wanted = int(share * options.questions)
        if not items:
            continue
        picked = [items[i % len(items)] for i in chance.sample(range(max(wanted, len(items))), wanted)]
        rows += pack(picked, tokenizer)  # type: ignore[arg-type,operator]
    return batches(rows, chance)


def _optimiser(net: Reader, rate: float) -> torch.optim.AdamW:
    decayed = [value for value in net.p.values() if value.ndim > 1]
    plain = [value for value in net.p.values() if value.ndim == 1]
    groups = [{"params": decayed, "weight_decay": _DECAY}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=rate, fused=True)


def _save(net: Reader, optimiser: torch.optim.AdamW, step: int, out: Path) -> None:
    net.save(out / "reader.safetensors")
    partial = out / "state.partial"
    torch.save({"net": net.state_dict(), "optimiser": optimiser.state_dict(), "step": step}, partial)
    partial.replace(out / "state.pt")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of question sets")
    parser.add_argument("out", type=Path, help="folder of weights and checkpoints")
    parser.add_argument(
        "--start",
        type=Path,
        help="weights to begin from, such as kb/reading/reader.onnx; default: the base model",
    )
    parser.add_argument("--vaults", type=Path, help="folder of vaults whose headings become questions")
    parser.add_argument("--questions", type=int, default=120_000, help="how many questions are seen in all")
    parser.add_argument(
        "--stop", type=int, default=10**9, help="rows after which to stop, before the plan's end"
    )
    parser.add_argument("--notes", type=float, default=0.35, help="share of questions over generated notes")
    parser.add_argument(
        "--translated",
        type=float,
        default=0.15,
        help="share of questions in another language than their text",
    )
    parser.add_argument("--pairs", type=float, default=0.12, help="sentence pairs a question")
    parser.add_argument("--rate", type=float, default=2e-4, help="highest learning rate")
    parser.add_argument(
        "--frozen", type=int, default=0, help="lowest layers that keep their weights: a third faster at 6"
    )
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--save-every", type=float, default=5, help="minutes between checkpoints")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


if __name__ == "__main__":
    main()
