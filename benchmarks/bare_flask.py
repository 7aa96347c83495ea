"""The yardstick of the serving benchmarks: a Flask application with one route and nothing else."""

from flask import Flask

app = Flask(__name__)


@app.get("/hello")
@app.get("/healthz")
def hello() -> str:
    """Answer with a word."""
    return "hello"
