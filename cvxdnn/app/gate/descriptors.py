"""As many open files as the system allows this process: the usual 1,024 are some two hundred visitors."""

import logging
from contextlib import suppress

__all__ = ["raise_descriptor_limit"]

logger = logging.getLogger("cvxdnn.gate")

ENOUGH = 65_536


def raise_descriptor_limit() -> None:
    """Raise the soft limit towards the hard one; where there is none (Windows), nothing is to be done."""
    with suppress(ImportError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            try:
                resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
            except (OSError, ValueError) as error:
                logger.warning("the limit of %d open files cannot be raised (%s)", soft, error)
