"""The search for programs with integer constants that the examples do not show."""
