"""The subcommands, one a file. Each imports the part of the project that it needs only when it runs."""
