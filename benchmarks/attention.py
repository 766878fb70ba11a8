"""Prints how long attention takes: `python -m benchmarks.attention [--lengths 16 32 64] [--sequences 256] [--json FILE]`.

Forward and backward of every implementation that runs on this machine, in float32 and bfloat16, for many short sequences; on a GPU also each
back end of SDPA by itself. Beside them the roofline: the least time that the bytes (q, k, v, out, their gradients, each once) and the operations
would take at the copy and matrix rates measured in the same run. Times are the best of several repeats, since other jobs share the machine.
On a CPU one thread is used. `--step` times a whole training step of a field with each implementation, which decides what a preset takes.
"""

import argparse
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch

from executor.attention import IMPLEMENTATIONS, attention

HEADS, WIDTH = 4, 32


def best(run: Callable[[], object], repeats: int, device: torch.device) -> float:
    """Seconds of the fastest of some runs, after two that do not count."""
    times = []
    for repeat in range(repeats + 2):
        if device.type == "cuda":
            torch.cuda.synchronize()
        start = time.perf_counter()
        run()
        if device.type == "cuda":
            torch.cuda.synchronize()
        if repeat >= 2:
            times.append(time.perf_counter() - start)
    return min(times)


def rates(device: torch.device, dtype: torch.dtype) -> tuple[float, float]:
    """Measured bytes per second of a copy, and operations per second of a matrix product."""
    size = 2**26 if device.type == "cuda" else 2**24
    side = 8192 if device.type == "cuda" else 1024
    source = torch.zeros(size, dtype=dtype, device=device)
    target = torch.empty_like(source)
    a, b = (torch.randn(side, side, device=device).to(dtype) for _ in range(2))
    copy = best(lambda: target.copy_(source), 5, device)
    product = best(lambda: a @ b, 5, device)
    return 2 * source.numel() * source.element_size() / copy, 2 * side**3 / product


def measure(impl: str, length: int, sequences: int, dtype: torch.dtype, device: torch.device, repeats: int) -> float:
    """Seconds of forward and backward."""
    generator = torch.Generator().manual_seed(0)
    shape = (sequences, HEADS, length, WIDTH)
    q, k, v = (torch.randn(shape, generator=generator).to(device, dtype).requires_grad_() for _ in range(3))
    mask = (torch.arange(length) < torch.randint(length // 2, length + 1, (sequences, 1), generator=generator)).to(device)
    weight = torch.randn(shape, generator=generator).to(device, dtype)

    def run() -> None:
        torch.autograd.grad(attention(q, k, v, mask, impl), (q, k, v), weight)

    return best(run, repeats, device)


def roofline(length: int, sequences: int, dtype: torch.dtype, copy: float, product: float) -> float:
    """The least seconds of forward and backward: the larger of the bytes' and the operations' time."""
    cells = sequences * HEADS * length
    moved = 11 * cells * WIDTH * torch.empty(0, dtype=dtype).element_size()  # forward q k v out; backward q k v g dq dk dv
    operations = 7 * 2 * cells * length * WIDTH  # two products forward, five backward with the scores made again
    return max(moved / copy, operations / product)


def backends(device: torch.device) -> list[str]:
    """The implementations that run here; on a GPU also SDPA's own back ends."""
    names = [name for name in IMPLEMENTATIONS if name != "triton"]
    if device.type == "cuda":
        names += ["triton", "sdpa:FLASH_ATTENTION", "sdpa:EFFICIENT_ATTENTION", "sdpa:CUDNN_ATTENTION", "sdpa:MATH"]
    return names


def timed(name: str, length: int, sequences: int, dtype: torch.dtype, device: torch.device, repeats: int) -> float | None:
    """Seconds, or None where a back end does not take these inputs."""
    impl, _, backend = name.partition(":")
    try:
        if not backend:
            return measure(impl, length, sequences, dtype, device, repeats)
        from torch.nn.attention import SDPBackend, sdpa_kernel

        with sdpa_kernel(getattr(SDPBackend, backend)):
            return measure(impl, length, sequences, dtype, device, repeats)
    except (RuntimeError, ValueError):  # the back end refuses masks, this dtype or this machine: that is its result
        return None


def table(lengths: list[int], sequences: int, device: torch.device, repeats: int) -> list[dict[str, Any]]:
    """A row for every length, dtype and implementation."""
    rows = []
    for dtype in (torch.float32, torch.bfloat16):
        copy, product = rates(device, dtype)
        print(f"{device.type} {dtype}: copy {copy / 1e9:.1f} GB/s, matrix product {product / 1e9:.0f} GFLOP/s")
        for length in lengths:
            floor = roofline(length, sequences, dtype, copy, product)
            for name in backends(device):
                seconds = timed(name, length, sequences, dtype, device, repeats)
                shown = "does not run" if seconds is None else f"{seconds * 1e3:9.3f} ms  {floor / seconds:6.1%} of the roofline"
                print(f"  L {length:3d}  {name:24s} {shown}", flush=True)
                rows.append(
                    {
                        "device": device.type,
                        "dtype": str(dtype),
                        "length": length,
                        "impl": name,
                        "seconds": seconds,
                        "roofline_seconds": floor,
                    }
                )
    return rows


def step_table(repeats: int, *, compiled_too: bool) -> list[dict[str, Any]]:
    """Concrete states per second (on a CPU: per second of CPU time) of training steps of the preset `small` under each implementation and precision."""
    from executor.presets import preset
    from executor.speed import step_rate

    rows = []
    for impl in ("sdpa", "hand"):
        for precision in ("float32", "bfloat16"):
            for compiled in (False, True)[: 1 + compiled_too]:
                rate = step_rate(preset("small"), attention=impl, precision=precision, compiled=compiled, repeats=repeats)
                shown = "does not run" if rate is None else f"{rate:9.0f} states/s"
                print(f"  step  {impl:5s} {precision:9s} {'compiled' if compiled else 'eager':8s} {shown}", flush=True)
                rows.append({"step": impl, "precision": precision, "compiled": compiled, "states_per_second": rate})
    return rows


def main() -> None:
    """Prints the tables; writes them where `--json` says so."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", 1)[0])
    parser.add_argument("--lengths", type=int, nargs="+", default=[16, 32, 64])
    parser.add_argument("--sequences", type=int, default=256)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--step", action="store_true", help="time whole training steps instead")
    parser.add_argument("--compiled", action="store_true", help="with --step: also under torch.compile, which takes minutes")
    parser.add_argument("--json", type=Path)
    args = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    if device.type == "cpu":
        torch.set_num_threads(1)
    rows = step_table(args.repeats, compiled_too=args.compiled) if args.step else table(args.lengths, args.sequences, device, args.repeats)
    if args.json:
        args.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
