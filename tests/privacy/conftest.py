"""How the properties of the core are searched: never against the clock, a busy machine is no counterexample."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "core", max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("core")
