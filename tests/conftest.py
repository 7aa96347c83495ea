"""What holds for every test."""

from hypothesis import settings

# A busy machine is slow, not wrong: tests judge what is computed, benchmarks how fast.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
