"""What a request carries as proof of the locked-down browser, and under which addresses it may be judged.

The proof is bound to the address as the browser wrote it. Behind a proxy the application sees another
one, so both are tried: the public address of the installation, and the one that the (trusted) proxy
reports. The path is taken as it was sent, before any decoding.
"""

from flask import current_app, request

from testing_center.domain.safe_exam_browser import BROWSER_KEY_HEADER, CONFIG_KEY_HEADER, Proof

LONGEST_HASH = 128


def sent() -> Proof:
    """Return the proof in the headers of this request."""
    return Proof(
        request.headers.get(CONFIG_KEY_HEADER, "")[:LONGEST_HASH],
        request.headers.get(BROWSER_KEY_HEADER, "")[:LONGEST_HASH],
    )


def of_form() -> Proof:
    """Return the proof that the browser's script interface gave to a page of ours."""
    form = request.form
    return Proof(
        form.get("config_key_hash", "")[:LONGEST_HASH], form.get("browser_key_hash", "")[:LONGEST_HASH]
    )


def addresses(path: str | None = None) -> tuple[str, ...]:
    """Return the absolute addresses that a page may have had; *path* is that of this request if not given."""
    wanted = path or _raw_path()
    public = str(current_app.config["PUBLIC_URL"]).rstrip("/")
    return tuple(dict.fromkeys((public + wanted, request.host_url.rstrip("/") + wanted)))


def _raw_path() -> str:
    raw = request.environ.get("RAW_URI") or request.environ.get("REQUEST_URI")
    return str(raw) if raw and str(raw).startswith("/") else request.full_path.rstrip("?")
