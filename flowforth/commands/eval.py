"""`flowforth eval`: the table of what trained weights do, measured against targets."""

from __future__ import annotations

import argparse
from pathlib import Path

from dsl.errors import ConfigError
from flowforth.arguments import print_json
from flowforth.neural import require_neural, set_threads, weights_path

NAME = "eval"
HELP = "measure trained weights: the proof table as Markdown or JSON"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of the subcommand."""
    parser.add_argument(
        "weights", nargs="?", metavar="RUN|WEIGHTS", help="folder of a run, or a .safetensors file (default: the shipped weights)"
    )
    parser.add_argument("--out", metavar="DIR", help="folder for table.md and table.json (default: the run's folder, else none)")
    parser.add_argument("--json", action="store_true", help='print {"rows": [{"name", "value", "target", "met", "seeds"}]}')
    parser.add_argument("--card", metavar="FILE", help="write the model card of a run: how it was made, and the table")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="seed of the states that are measured on (default: 0)")
    parser.add_argument(
        "--rows", type=int, default=4096, metavar="N", help="states for the main figures; others take a share (default: 4096)"
    )
    parser.add_argument("--threads", type=int, metavar="N", help="CPU threads (default: as many as there are cores)")


def main(args: argparse.Namespace) -> int:
    """Prints the table, and writes it where there is a folder for it."""
    require_neural()
    set_threads(args.threads)
    from executor.checkpoint import load_weights, write_whole
    from executor.evaluate import evaluate
    from executor.table import as_json, as_markdown

    path = weights_path(args.weights)
    model, about = load_weights(path)
    if args.card and not path.is_dir():
        raise ConfigError(f"--card needs the folder of a run, and {path} is a file")
    table = evaluate(model, about, seed=args.seed, rows=args.rows)
    folder = Path(args.out) if args.out else path if path.is_dir() else None
    if folder is not None:
        import json

        folder.mkdir(parents=True, exist_ok=True)
        write_whole(folder / "table.md", as_markdown(table).encode())
        write_whole(folder / "table.json", (json.dumps(as_json(table), indent=1) + "\n").encode())
    if args.card:
        from executor.card import model_card

        write_whole(Path(args.card), model_card(path, model, about, table, args.seed).encode())
    if args.json:
        print_json(as_json(table))
    else:
        print(as_markdown(table), end="")
    return 0
