"""The columnar machine: one op, or one program, on many rows at once. Importing it does not import numba.

| module | holds |
|---|---|
| `layout` | columns, and the way between them and plain values |
| `step` | one op on columns: `apply`, `matches` |
| `run` | one program on many rows: `run_columns` |
| `control`, `each` | the words that run quotations: those that decide, and those that go through lists |
| `slots` | places of the stack, by index; lists taken apart and put together |
| `hash` | 64-bit hashes of candidates |
| `compile`, `sources`, `rows`, `cache` | compiled loops over kernels: made, written, of what, kept where |
"""
