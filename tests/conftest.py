"""How tests over random input run: the same examples each time, unless asked to explore.

``HYPOTHESIS_PROFILE=explore`` takes new examples and remembers those that fail.
"""

import os

from hypothesis import HealthCheck, settings

# A busy machine must not fail a test by its slowness.
settings.register_profile(
    "whence",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "explore",
    max_examples=1000,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "whence"))
