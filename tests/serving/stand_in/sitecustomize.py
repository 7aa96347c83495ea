"""Small stand-ins for the site, the demonstration content and the worker, in every child process.

Process tests put this folder on PYTHONPATH: they are about starting and stopping, not about content.
"""

import os
import signal
import sys
import threading
import time
import types
from pathlib import Path


def serving_app():
    if os.environ.get("STAND_IN_BROKEN") == "app":
        raise RuntimeError("the site cannot be built")

    def application(environ, start_response):
        start_response("200 OK", [("Content-Type", "text/plain")])
        return [f"{os.getpid()}".encode()]

    return application


def load(settings, progress):
    progress("Loading example items")
    if os.environ.get("STAND_IN_BROKEN") == "demo":
        raise RuntimeError("the example items are missing\nsecond line")
    if os.environ.get("STAND_IN_BROKEN") == "slow":
        time.sleep(60)
    kept = Path(settings.data_directory, "media", "password")
    if not kept.exists():
        kept.write_text(os.urandom(4).hex())
    row = ("Candidate", "aigul", kept.read_text(), "Take the mathematics exam")
    return types.SimpleNamespace(rows=[row])


def run(settings):
    if os.environ.get("STAND_IN_BROKEN") == "worker":
        return 1
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    stop.wait()
    return 0


for name, function in (("app", serving_app), ("demo", load), ("worker", run)):
    module = types.ModuleType(f"testing_center.{name}")
    setattr(module, function.__name__, function)
    sys.modules[module.__name__] = module
