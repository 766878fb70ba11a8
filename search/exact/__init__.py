"""Exact search: enumeration on real values. Imports `dsl` and nothing learned."""
