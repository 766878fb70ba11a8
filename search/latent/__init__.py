"""Search through the learned executor: programs tried as vectors, few of them run on the real machine. See docs/search.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from search.latent.search import LearnedSearch


def search_by_name(method: str) -> type[LearnedSearch]:
    """The search of a method of `search.settings.LATENT`."""
    if method == "latent":
        from search.latent.search import LatentSearch

        return LatentSearch
    if method == "compile":
        from search.latent.compiling import CompileSearch

        return CompileSearch
    from search.latent.gradient import GradientSearch

    return GradientSearch
