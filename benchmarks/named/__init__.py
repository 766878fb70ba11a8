"""The bundled suites' tasks, one row each: a Python function, a program in this project's language, and where inputs come from."""
