"""How fast training steps are here, and which precision is the faster one."""

import logging
import time
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from typing import Any

import torch

from embed.batches import Stream
from embed.steps import Batch
from embed.vocab import vocabulary
from executor.checkpoint import Executor
from executor.field import Field
from executor.losses import Draws, total_loss
from executor.optimizer import optimizer_of
from executor.presets import TrainConfig

log = logging.getLogger(__name__)


def step_rate(config: TrainConfig, *, attention: str, precision: str, compiled: bool, repeats: int) -> float | None:
    """Concrete states per second of training steps under one implementation; None where it does not run here. On a CPU, per second of CPU time: other
    jobs share the machine."""
    config = replace(config, field=replace(config.field, attention=attention), precision=precision, compiled=compiled)
    vocab = vocabulary(config.field.int_range)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(0)
    model = Executor(config.field, vocab).to(device)
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
                with autocast(precision, device):
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


def resolved(precision: str, device: torch.device) -> str:
    """`float32` or `bfloat16`; for `auto` whichever multiplies matrices faster here."""
    if precision == "auto":
        return "bfloat16" if _bf16_pays(device) else "float32"
    return precision


def autocast(precision: str, device: torch.device) -> AbstractContextManager[Any]:
    """What forward passes run in: nothing for `float32`, else torch's autocast to bfloat16 on the device."""
    return nullcontext() if precision == "float32" else torch.autocast(device.type, torch.bfloat16)


def _bf16_pays(device: torch.device) -> bool:
    """Whether bf16 multiplies matrices at least half as fast again as float32, as measured now."""
    times = []
    for dtype in (torch.float32, torch.bfloat16):
        a = torch.randn(512, 512, device=device).to(dtype)
        torch.mm(a, a)
        start = time.perf_counter()
        for _ in range(4):
            torch.mm(a, a)
        if device.type == "cuda":
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return times[0] > 1.5 * times[1]


def compile_blocks(field: Field) -> None:
    """Compiles the blocks, where the time goes; the rest looks at its data, and would be cut into pieces. Each batch has another number of cells."""
    for block in field.blocks:
        block.compile(dynamic=True)
