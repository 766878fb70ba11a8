"""Search through the learned executor: programs tried as vectors, few of them run on the real machine. See docs/search.md."""
