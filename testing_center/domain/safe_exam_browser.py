"""Safe Exam Browser: the settings of an administration, their Config Key, and the proof of each request.

The Config Key is the SHA-256 of the settings as "SEB-JSON": keys sorted without regard to case, no
spaces, nothing escaped, ``originatorVersion`` and empty dictionaries left out. A request proves it by the
hash of its absolute address followed by the key. Browser Exam Keys also depend on the program's code
signature, so they cannot be computed here: they are read off a browser and entered.
Source: https://safeexambrowser.org/developer/seb-config-key.html
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from testing_center.domain.errors import InvalidInput
from testing_center.domain.messages import N_

ProofPolicy = Literal["allow", "warn", "block"]
Outcome = Literal["proved", "missing", "failed"]

POLICIES: tuple[ProofPolicy, ...] = ("allow", "warn", "block")
CONFIG_KEY_HEADER = "X-SafeExamBrowser-ConfigKeyHash"
BROWSER_KEY_HEADER = "X-SafeExamBrowser-RequestHash"
_HEX_KEY = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Proof:
    """What came with a request: hashes of the address with either key, empty when none."""

    config_key_hash: str = ""
    browser_key_hash: str = ""


def proof_policy(policy: Mapping[str, Any]) -> ProofPolicy:
    """Return what an administration does when the proof is missing; ``allow`` asks for none."""
    chosen = policy.get("safe_exam_browser", {}).get("policy", "allow")
    return chosen if chosen in POLICIES else "allow"


def browser_keys(policy: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the Browser Exam Keys that an administration accepts; none means that any will do."""
    return tuple(policy.get("safe_exam_browser", {}).get("browser_exam_keys", ()))


def read_browser_keys(typed: str) -> tuple[str, ...]:
    """Return the keys in a text, one a line; raises ``InvalidInput`` for what is none."""
    keys = [line.strip().lower() for line in typed.splitlines() if line.strip()]
    if not all(_HEX_KEY.fullmatch(key) for key in keys):
        raise InvalidInput(N_("A Browser Exam Key has 64 characters, 0–9 and a–f. Write one a line."))
    return tuple(dict.fromkeys(keys))


def exam_settings(public_url: str, start_path: str, quit_path: str) -> dict[str, Any]:
    """Return the settings of the locked-down browser for one administration.

    Every setting that matters is written out, because a key left out would not be covered by the
    Config Key. Key names have no signs that browsers sort differently, and no value holds a quote.
    """
    host = urlsplit(public_url).netloc
    return {
        "startURL": public_url + start_path,
        "quitURL": public_url + quit_path,
        "quitURLConfirm": False,
        "sendBrowserExamKey": True,
        "browserWindowWebView": 3,
        "browserViewMode": 1,
        "examSessionClearCookiesOnStart": True,
        "examSessionClearCookiesOnEnd": True,
        "allowQuit": False,
        "ignoreExitKeys": True,
        "allowSwitchToApplications": False,
        "allowSpellCheck": False,
        "allowSpellCheckDictionary": [],
        "allowDictation": False,
        "allowSiri": False,
        "allowVirtualMachine": False,
        "allowScreenSharing": False,
        "allowDisplayMirroring": False,
        "allowedDisplaysMaxNumber": 1,
        "allowPreferencesWindow": False,
        "allowPrint": False,
        "allowDownUploads": False,
        "allowBrowsingBackForward": False,
        "allowUserSwitching": False,
        "blockPopUpWindows": True,
        "enableClipboard": False,
        "enablePrivateClipboard": True,
        "newBrowserWindowByLinkPolicy": 0,
        "newBrowserWindowByScriptPolicy": 0,
        "showReloadButton": True,
        "browserWindowAllowReload": True,
        "showTaskBar": True,
        "showTime": True,
        "showInputLanguage": True,
        "sebServicePolicy": 1,
        "URLFilterEnable": True,
        "URLFilterEnableContentFilter": False,
        "URLFilterRules": [{"action": 1, "active": True, "expression": f"{host}/*", "regex": False}],
    }


def seb_json(value: Any) -> str:
    """Return settings in the canonical form that the Config Key is taken of."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        kept = {key: part for key, part in value.items() if not (isinstance(part, Mapping) and not part)}
        ordered = sorted(kept, key=lambda key: (key.lower(), key))
        return "{" + ",".join(f'"{key}":{seb_json(kept[key])}' for key in ordered) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(seb_json, value)) + "]"
    if isinstance(value, int | float):
        return repr(value)
    return f'"{_text(value)}"'


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat(timespec="seconds")
    return str(value)


def config_key(settings: Mapping[str, Any]) -> str:
    """Return the Config Key: 64 hexadecimal digits."""
    covered = {key: value for key, value in settings.items() if key != "originatorVersion"}
    return hashlib.sha256(seb_json(covered).encode("utf-8")).hexdigest()


def request_hash(address: str, key: str) -> str:
    """Return what a browser with *key* sends for *address* (absolute; its fragment does not count)."""
    return hashlib.sha256((address.partition("#")[0] + key).encode("utf-8")).hexdigest()


def outcome(proof: Proof, address: str, key: str, accepted: Sequence[str]) -> Outcome:
    """Judge the proof of a request to *address*: the Config Key, and a Browser Exam Key if any is named."""
    if not proof.config_key_hash:
        return "missing"
    if not _matches(proof.config_key_hash, address, (key,)):
        return "failed"
    if not accepted:
        return "proved"
    if not proof.browser_key_hash:
        return "missing"
    return "proved" if _matches(proof.browser_key_hash, address, accepted) else "failed"


def _matches(sent: str, address: str, keys: Iterable[str]) -> bool:
    given = sent.strip().lower().encode("utf-8", "replace")
    return any(hmac.compare_digest(given, request_hash(address, key).encode()) for key in keys)
