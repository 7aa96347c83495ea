"""A living style guide: every component of the design system on three pages, with hard sample texts.

Run ``python tests/web/design_preview.py`` and open http://127.0.0.1:8099/?lang=ky. It is not shipped.
"""

from __future__ import annotations

import math
import secrets
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect

ROOT = Path(__file__).resolve().parents[2]
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'"
)
LANGUAGES = ("ky", "ru", "kk", "en")

public = Blueprint("public", __name__)


def chosen_language() -> str:
    code = request.args.get("lang", "en")
    return code if code in LANGUAGES else "en"


@public.get("/language/<code>")
def language(code: str) -> ResponseReturnValue:
    return redirect(f"/?lang={code}")


def three_parameter_curve(discrimination: float, difficulty: float, guessing: float) -> list[float]:
    return [
        guessing + (1 - guessing) / (1 + math.exp(-1.702 * discrimination * (theta - difficulty)))
        for theta in THETAS
    ]


THETAS = [-4 + 0.25 * step for step in range(33)]
CURVES = {
    "first": three_parameter_curve(1.4, -0.5, 0.2),
    "second": three_parameter_curve(0.8, 0.7, 0.15),
    "observed": [
        round(p + 0.03 * math.sin(3 * i), 3) if i % 4 == 0 else None
        for i, p in enumerate(three_parameter_curve(1.4, -0.5, 0.2))
    ],
}
CURVES["low"] = [max(p - 0.06, 0) for p in CURVES["first"]]
CURVES["high"] = [min(p + 0.06, 1) for p in CURVES["first"]]


@public.get("/")
def components() -> str:
    return render_template("components.html", thetas=THETAS, curves=CURVES)


@public.get("/exam")
def exam() -> str:
    return render_template("exam.html", split=request.args.get("split") == "1")


@public.get("/waiting")
def waiting() -> str:
    return render_template("waiting.html")


@public.get("/board")
def board() -> str:
    return render_template("board.html", rows=request.args.get("rows") == "1")


@public.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    return redirect("/")


def frame() -> dict[str, Any]:
    sections = ["Аттестациялык циклдер", "Тест тапшырмаларынын базасы", "Калибрлөө", "Жыйынтыктар"]
    return {
        "language": chosen_language(),
        "navigation": [{"label": s, "url": f"#{i}", "current": i == 1} for i, s in enumerate(sections)],
        "account": {
            "name": "Жээнбекова Гүлнара Ысмайыловна",
            "role": "Психометрик",
            "sign_out_url": "/sign-out",
        },
        "support": "Жардам: 0 312 00 00 00, дүйшөмбү – жума, 9:00–18:00",
    }


def secured(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    return response


def create_preview() -> Flask:
    app = Flask(__name__, root_path=str(ROOT), static_folder="static", template_folder="templates")
    app.config["SECRET_KEY"] = secrets.token_hex()
    samples = str(Path(__file__).with_name("preview_templates"))
    app.jinja_loader.searchpath.append(samples)  # type: ignore[union-attr]
    Babel(app, locale_selector=chosen_language)
    CSRFProtect(app)
    app.register_blueprint(public)
    app.context_processor(frame)
    app.after_request(secured)
    return app


if __name__ == "__main__":
    create_preview().run(port=8099)
