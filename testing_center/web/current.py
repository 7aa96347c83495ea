"""The services of the application that is answering."""

from typing import cast

from flask import current_app

from testing_center.services.registry import Services

EXTENSION = "synak-services"


def services() -> Services:
    """Return the services that ``bootstrap`` built for this application."""
    return cast(Services, current_app.extensions[EXTENSION])
