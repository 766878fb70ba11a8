"""Best-first search over executed states, in the order that the policy and the learned distance give; see docs/search.md."""
