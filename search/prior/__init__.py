"""The learned prior: from a task's examples, how probable each word is; see `search.prior.model`."""
