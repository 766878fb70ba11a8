"""How fast training steps are here, and which precision is the faster one."""

import logging
import time
from dataclasses import replace

import torch

from embed.batches import Stream
from embed.steps import Batch
from embed.vocab import vocabulary
from executor.blocks import Block
from executor.checkpoint import Executor
from executor.field import Field
from executor.losses import Draws, total_loss
from executor.optimizer import optimizer_of
from executor.presets import TrainConfig
from executor.window import Window

log = logging.getLogger(__name__)


def step_rate(config: TrainConfig, *, attention: str, precision: str, compiled: bool, repeats: int) -> float | None:
    """Concrete states per second of training steps under one implementation; None where it does not run here. On a CPU, per second of CPU time: other
    jobs share the machine."""
    config = replace(config, field=replace(config.field, attention=attention), precision=precision, compiled=compiled)
    vocab = vocabulary(config.field.int_range)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(0)
    model = Executor(config.field, vocab).to(device)
    model.field.precision = precision
    if compiled:
        compile_blocks(model.field)
    stream = Stream(replace(config.data, programs=1024, compiled=False), vocab)
    batches: list[Batch] = [stream.batch(number) for number in range(3)]
    optimizer, times = optimizer_of(model, config), []
    clock = time.perf_counter if device.type == "cuda" else time.process_time
    try:
        for repeat in range(repeats + 1):
            start = clock()
            for batch in batches:
                loss, _ = total_loss(model.field, batch, config.losses, Draws(repeat, device=device), progress=0.0, metric=model.metric)
                optimizer.zero_grad(set_to_none=True)
                loss.backward()
                optimizer.step()
            if device.type == "cuda":
                torch.cuda.synchronize()
            times.append((clock() - start) / len(batches))
    except RuntimeError as error:  # such as no compiler: the result of this row
        log.warning("%s", str(error).splitlines()[0][:160])
        return None
    return config.data.rows / min(times[1:])


def resolved(precision: str, device: torch.device, attention: str) -> str:
    """`float32` or `bfloat16`; for `auto` whichever blocks are faster in here."""
    if precision == "auto":
        return "bfloat16" if _bf16_pays(device, attention) else "float32"
    return precision


def _bf16_pays(device: torch.device, attention: str) -> bool:
    """Whether a block's forward and backward pass is faster by a tenth in bfloat16 than in float32, as measured now."""
    sequences, cells, width = 64, 32, 128
    seen = torch.ones(sequences, cells, dtype=torch.bool, device=device)
    window = Window.of(torch.arange(cells, device=device).expand(sequences, cells), seen, seen)
    block = Block(width, conditioned=False, attention_impl=attention).to(device)
    times: dict[bool, list[float]] = {False: [], True: []}
    for _ in range(4):  # the two in turns, and the first round only warms up
        for half, found in times.items():
            x = torch.randn(sequences * cells, width, device=device)
            start = time.perf_counter()
            with torch.autocast(device.type, torch.bfloat16, enabled=half):
                out = block(x, window, None)
            out.sum().backward()
            if device.type == "cuda":
                torch.cuda.synchronize()
            found.append(time.perf_counter() - start)
    return 1.1 * min(times[True][1:]) < min(times[False][1:])


def compile_blocks(field: Field) -> None:
    """Compiles the blocks, where the time goes; the rest looks at its data, and would be cut into pieces. Each batch has another number of cells."""
    for block in field.blocks:
        block.compile(dynamic=True)
