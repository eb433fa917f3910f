"""What holds for the whole suite.

One computing thread, as in the app's workers: on a busy machine two that wait for each other take many times as long.

Hypothesis tries the same examples in every run, so that a change passes or fails by its own doing. To look for new
ones: ``HYPOTHESIS_PROFILE=explore pytest ...``.
"""

import os

from hypothesis import settings

os.environ["OMP_NUM_THREADS"] = "1"

settings.register_profile("repeatable", derandomize=True)
settings.register_profile("explore", derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))
