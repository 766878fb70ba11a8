"""Rows of the proof table on the field and its space: integrators, straightness, basin, errors, abstraction, distance, retrieval."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from embed.cells import CellError, decode
from embed.pool import CellRows
from embed.vocab import INTERPRETATIONS, Kind
from executor.bench import Bench, cells_of_row
from executor.diagnostics import FieldFigures, basin_radius, figures
from executor.diagnostics import basin as basin_of
from executor.exactness import Tally, condition_of
from executor.integrate import execute
from executor.losses import Draws
from executor.programs import run_move
from executor.sublanguage import Agreements
from executor.sublanguage import distances as distances_of
from executor.table import Row, auroc, mean, percent_row

WAYS = ((2, "euler"), (4, "euler"), (8, "euler"), (2, "midpoint"))
"""Number of steps and rule."""
WHOLE = "words that run quotations in one call too"


@torch.no_grad()
def integrators(bench: Bench) -> list[Row]:
    """One call against the field integrated in several steps, read in the same way: the decoded ends agree, in all cells."""
    calls, all_words = ({way: Tally() for way in WAYS} for _ in range(2))
    for steps in bench.steps(bench.balanced, bench.rows // 4, 3):
        condition, cells = condition_of(steps, bench.device), bench.tensors(steps.before)
        table = bench.field.table.table()
        once = execute(bench.field, *cells, condition, table)
        is_call = bench.is_call(steps)
        for way in WAYS:
            done = execute(bench.field, *cells, condition, table, steps=way[0], method=way[1])
            agree = ((done.codes == once.codes) & (done.numbers == once.numbers)).all(1)
            for i in range(len(steps)):
                name = bench.vocab.ops[steps.op[i]]
                all_words[way].add(name, bool(agree[i]))
                if is_call[i]:
                    calls[way].add(name, bool(agree[i]))
    found = []
    for (count, method), tally in calls.items():
        shares = tally.shares(4)
        worst = min(shares, key=lambda name: shares[name], default="-")
        special = [tally.share(name) for name in ("swap", "neg", "reverse", "not", "rot") if name in tally.count]
        value = f"{tally.total:.2%}, worst {worst} {shares.get(worst, 0):.1%}, swap neg reverse not rot {mean(special):.2%}"
        found.append(
            Row(name=f"one call against {count} steps of {method}: agreement", value=value, target=">= 99.5 %", met=tally.total >= 0.995)
        )
    return [*found, percent_row(f"the same four, {WHOLE}", [tally.total for tally in all_words.values()], ())]


def field_figures(bench: Bench) -> list[Row]:
    """Straightness, cosine, divergence and curl at several times, on the path and in the cone."""
    calls, all_words = list[tuple[float, FieldFigures]](), list[tuple[float, FieldFigures]]()
    for steps in bench.steps(bench.balanced, bench.data.rows, 4):
        for kept, measured in ((steps.take(np.flatnonzero(bench.is_call(steps))), calls), (steps, all_words)):
            for at in (0.0, 0.25, 0.5):
                for noise in (0.0, 0.3):
                    found = figures(bench.field, kept, at, Draws(bench.seed, int(100 * at)), noise=noise) if len(kept) else None
                    if found is not None:
                        measured.append((noise, found))
    if not calls:
        return []
    (straight, cosine, low, high, curl), whole = _worst(calls), _worst(all_words)
    return [
        Row(name="endpoint error for t <= 0.5", value=f"{straight:.4f}", target="<= 0.02", met=straight <= 0.02),
        Row(name="cosine with the true direction, t <= 0.5", value=f"{cosine:.4f}", target=">= 0.98", met=cosine >= 0.98),
        Row(
            name="normalised divergence, t <= 0.5",
            value=f"{low:.3f}..{high:.3f}",
            target="-1.05..-0.9",
            met=low >= -1.05 and high <= -0.9,
        ),
        Row(name="curl ratio, t <= 0.5", value=f"{curl:.4f}", target="<= 0.02", met=curl <= 0.02),
        Row(
            name=f"the same four, {WHOLE}",
            value=f"{whole[0]:.4f} / {whole[1]:.4f} / {whole[2]:.3f}..{whole[3]:.3f} / {whole[4]:.4f}", target="reported", met=None,
        ),
    ]  # fmt: skip


def _worst(measured: Sequence[tuple[float, FieldFigures]]) -> tuple[float, float, float, float, float]:
    """Of figures with and without noise: the largest end point error and the smallest cosine without, the least and the most divergence, and the largest curl ratio."""
    path = [found for noise, found in measured if not noise]
    divergence = [found.divergence for _, found in measured]
    curl = max(found.curl for _, found in measured)
    return max(found.straightness for found in path), min(found.cosine for found in path), min(divergence), max(divergence), curl


def basin(bench: Bench) -> list[Row]:
    """How far from a state the op still finds its end."""
    shares: dict[float, list[float]] = {}
    for number, steps in enumerate(bench.steps(bench.balanced, bench.rows // 8, 5)):
        for level, share in basin_of(bench.field, steps, Draws(bench.seed, number)).items():
            shares.setdefault(level, []).append(share)
    radius = basin_radius({level: mean(values) for level, values in shares.items()})
    return [Row(name="basin: noise (RMS) at which 99 % still decode right", value=f"{radius:.1f}", target=">= 0.3", met=radius >= 0.3)]


@torch.no_grad()
def errors(bench: Bench) -> list[Row]:
    """How well states that a word crashes on are told from others, as words are executed: those with quotations word by word, and all in one call of the network."""
    trouble, found = ([], []), ([], [])  # word by word, and in one call
    kinds = list[np.ndarray]()
    for steps in bench.steps(bench.balanced, bench.rows // 2, 6):
        cells, condition = bench.tensors(steps.before), condition_of(steps, bench.device)
        by_words = run_move(bench.field, *cells, condition, None, bench.data.profile)
        for place, done in enumerate((by_words, execute(bench.field, *cells, condition))):
            trouble[place].append(done.trouble.cpu().numpy())
            found[place].append((done.error > 0).cpu().numpy())
        kinds.append(steps.error)
    kind, measured = np.concatenate(kinds), []
    for troubles, founds in zip(map(np.concatenate, trouble), map(np.concatenate, found), strict=True):
        measured.append((auroc(troubles, kind > 0), mean(founds[kind == 2].tolist()), mean(founds[kind == 0].tolist())))
    (area, recall, false), alone = measured
    return [
        Row(name="error region: AUROC", value=f"{area:.5f}", target=">= 0.999", met=area >= 0.999),
        percent_row("recall of type errors", [recall], (0.99,)),
        Row(name="false alarms", value=f"{false:.2%}", target="<= 0.2 %", met=false <= 0.002),
        Row(
            name="the same three, one call for words with quotations too",
            value=f"{alone[0]:.5f} / {alone[1]:.2%} / {alone[2]:.2%}", target="reported", met=None,
        ),
    ]  # fmt: skip


def abstraction(bench: Bench) -> list[Row]:
    """Whether what is predicted for an abstract state contains the next concrete one."""
    tally = Tally()
    for steps, done in bench.with_abstract(bench.rows // 2, 7):
        for i in np.flatnonzero(steps.partner >= 0):
            domain = INTERPRETATIONS[steps.interpretation[i]]
            concrete = decode(steps.after.row(int(steps.partner[i])), bench.vocab)
            tally.add(domain, bench.contains(done, int(i), domain, concrete))
    first = mean([tally.share(domain) for domain in ("type",) if domain in tally.count])
    others = mean([tally.share(domain) for domain in INTERPRETATIONS[2:] if domain in tally.count])
    by_domain = ", ".join(f"{domain} {share:.1%}" for domain, share in tally.shares().items())
    return [
        percent_row("abstract result contains the concrete one: type and depth", [first], (0.999,)),
        Row(name="the same, other domains (mean)", value=f"{others:.2%} ({by_domain})", target=">= 99 %", met=others >= 0.99),
    ]


def commuting(bench: Bench) -> list[Row]:
    """Executing and then abstracting gives something within abstracting and then executing; both by the network."""
    held = []
    for steps, done in bench.with_abstract(bench.rows // 2, 8):
        for i in np.flatnonzero((steps.partner >= 0) & (steps.error == 0)):
            try:
                concrete = decode(cells_of_row(done.codes, done.numbers, int(steps.partner[i])), bench.vocab)
            except CellError:
                held.append(False)
                continue
            held.append(bench.contains(done, int(i), INTERPRETATIONS[steps.interpretation[i]], concrete))
    return [percent_row("commuting square holds", [mean(held)], (0.99,))]


def distances(bench: Bench) -> list[Row]:
    """The learned distance against breadth-first search in small languages that it did not learn from."""
    found: Agreements = distances_of(bench.model, seed=bench.seed)
    first, ranks, errors = found.each[0], [one.spearman for one in found.each], [one.error for one in found.each]
    about = f"mean of {len(found.each)} languages"
    return [
        Row(
            name="distance: Spearman with exact",
            value=f"{found.spearman:.3f} ({about}, {min(ranks):.3f}..{max(ranks):.3f}; {first.spearman:.3f} with {' '.join(sorted(first.language))})",
            target=">= 0.8",
            met=found.spearman >= 0.8,
        ),
        Row(
            name="distance: mean error for d <= 4",
            value=f"{found.error:.2f} ({min(errors):.2f}..{max(errors):.2f}; {first.error:.2f} with those)",
            target="<= 0.7",
            met=found.error <= 0.7,
        ),
        Row(name="distance: triangle violations", value=str(found.violations), target="0", met=found.violations == 0),
        Row(name="bilinear form: Spearman with exact", value=f"{found.bilinear:.3f}", target="reported", met=None),
    ]


@torch.no_grad()
def retrieval(bench: Bench, stored: int = 100_000) -> list[Row]:
    """Whether the predicted end point lies nearest to the true next state among so many, most of which differ from a true one in one cell."""
    rng = np.random.default_rng(bench.seed)
    width = min(bench.data.max_cells, 40)
    stream = bench.steps(replace(bench.balanced, max_cells=width), max(bench.data.rows, bench.rows // 8), 10)
    batches = [steps.take(np.flatnonzero(steps.error == 0)) for steps in stream]
    project = torch.randn(width * bench.field.table.width, 256, generator=torch.Generator().manual_seed(0)).to(bench.device) / 16
    table = bench.field.table.table()
    count = sum(len(steps) for steps in batches)
    copies, index, points, owners = max(1, stored // max(1, count)), [], [], []
    for steps in batches:
        true = CellRows(_widened(steps.after.codes, width), _widened(steps.after.numbers, width))
        source = bench.field.source(*bench.tensors(steps.before), table)
        condition = condition_of(steps, bench.device)
        end = bench.field.endpoint(source.z0, torch.zeros(len(steps), device=bench.device), source, condition)
        x1 = bench.field.expected(end, source, condition)
        pad = table[bench.vocab.code(Kind.PAD)].expand(len(steps), width - x1.shape[1], -1)
        points.append(torch.cat([x1, pad], 1).flatten(1) @ project)
        for copy in range(copies):
            codes = true.codes.copy()
            if copy:
                place = rng.integers(0, (codes != 0).sum(1))
                block = bench.vocab.blocks[Kind.INT]
                codes[np.arange(len(codes)), place] = block.first + rng.integers(0, block.count, len(codes))
            vectors = bench.field.table.embed(*bench.tensors(CellRows(codes, true.numbers)), table)
            index.append((vectors.flatten(1) @ project).half())
            owners.append(np.full(len(codes), copy == 0))
    keys, is_true = torch.cat(index).float(), np.concatenate(owners)
    # True states stand in the order of their points; a found key must be equal to the true one, and equal states are equally right.
    true_keys = keys[torch.as_tensor(is_true, device=keys.device)]
    right, at, is_call = list[np.ndarray](), 0, np.concatenate([bench.is_call(steps) for steps in batches])
    norms = keys.square().sum(1)
    for part in points:
        nearest = (norms - 2 * part @ keys.T).argmin(1)
        right.append(((keys[nearest] - true_keys[at : at + len(part)]).abs().amax(1) < 1e-4).cpu().numpy())
        at += len(part)
    found = np.concatenate(right)
    return [
        percent_row(f"true next state is nearest among {len(keys)}", [mean(found[is_call].tolist())], (0.999,)),
        percent_row(f"the same, {WHOLE}", [mean(found.tolist())], ()),
    ]


def _widened(array: np.ndarray, width: int) -> np.ndarray:
    return np.pad(array, ((0, 0), (0, width - array.shape[1])))
