"""The running demonstration of the browser tests, for tests that break parts of it."""

from tests.browser.conftest import prepared, site

__all__ = ["prepared", "site"]
