"""What tests of this folder share that run words with an exact executor in place of the network."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:  # needs torch
    from tests.executor.exact import Exact


@pytest.fixture
def exact(monkeypatch: pytest.MonkeyPatch) -> "Exact":
    """In place of the network."""
    import executor.programs as programs
    from tests.executor.exact import Exact

    made = Exact()
    monkeypatch.setattr(programs, "execute", made)
    return made
