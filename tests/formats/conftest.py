"""Settings for tests over random input: a busy machine must not fail them."""

from hypothesis import HealthCheck, settings

settings.register_profile("whence", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("whence")
