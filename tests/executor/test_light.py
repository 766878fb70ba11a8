"""What must stay light does: nothing that runs, solves or makes batches loads torch."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize(
    "code",
    [
        "import embed.vocab, embed.cells, embed.pool, embed.batches, executor, embed",
        "from flowforth.cli import main; main(['run', '1 2 +'])",
        "from flowforth.cli import main; main(['solve', '[3,1,2] -> [1,2,3]', '[9,7] -> [7,9]', '--quiet'])",
    ],
)
def test_no_torch(code: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print('torch' in sys.modules)"], capture_output=True, text=True, cwd=ROOT, timeout=300
    )
    assert done.stdout.strip().endswith("False"), done.stdout + done.stderr
