"""Settings of the whole test run: hypothesis without deadlines (the machines are noisy) and with a fixed seed in CI."""

import os

from hypothesis import settings

settings.register_profile("default", deadline=None, print_blob=True)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")
