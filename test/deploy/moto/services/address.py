"""Where the server listens."""

import os


def url() -> str:
    """Templates are only found below the name, not below 127.0.0.1."""
    return f"http://localhost:{os.environ['MOTO_PORT']}"
