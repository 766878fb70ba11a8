"""The columnar machine: one op, or one program, on many rows at once. Importing it does not import numba.

| module | holds |
|---|---|
| `layout` | columns, and the way between them and plain values |
| `step` | one op on columns: `apply`, `matches` |
| `run` | one program on many rows: `run_columns` |
| `each` | the words that run a quotation on every element |
| `hash` | 64-bit hashes of candidates |
| `compile`, `rows`, `cache` | compiled loops over kernels, kept on disk |
"""
