"""Headers that keep pages from being framed, sniffed or fed foreign script."""

from flask import Flask, request
from werkzeug.wrappers import Response

OWN = (
    "script-src", "style-src", "img-src", "media-src", "font-src", "connect-src", "frame-src", "form-action",
)  # fmt: skip
POLICY = "; ".join(
    ["default-src 'none'", *(f"{kind} 'self'" for kind in OWN), "base-uri 'none'", "frame-ancestors 'none'"]
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
BARE_HEADERS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
"""Of answers that are data for our own script, never a page."""
ONE_YEAR = 365 * 24 * 3600


def framed_here(response: Response) -> Response:
    """Let our own pages, and no others, show *response* in a frame."""
    response.headers["Content-Security-Policy"] = POLICY.replace(
        "frame-ancestors 'none'", "frame-ancestors 'self'"
    )
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def secured(response: Response) -> Response:
    """Add the headers; pages of signed-in people are never kept by shared caches."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}")
    if request.endpoint != "static":
        response.headers.setdefault("Cache-Control", "no-store")
    return response


def install(app: Flask) -> None:
    """Add the headers to every response of *app*."""
    app.after_request(secured)
