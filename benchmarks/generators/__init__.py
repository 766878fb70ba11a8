"""Generators of benchmark tasks: each is a function from an attempt's number to a task or None, so that suites are the same on any number of jobs."""
