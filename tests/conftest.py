"""One computing thread for the whole suite, as in the app's workers: on a busy machine two that wait for each other
take many times as long."""

import os

os.environ["OMP_NUM_THREADS"] = "1"
