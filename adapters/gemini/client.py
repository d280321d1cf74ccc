"""The client library, told to try once, to give up in time, and never to turn to Vertex."""

from __future__ import annotations

from google import genai
from google.genai import types

from core.errors import CredentialsError


def client_of(api_key: str, base_url: str | None, api_version: str, timeout_seconds: float) -> genai.Client:
    """Return a client; nothing is sent yet. Raises CredentialsError when the key is empty or can be none."""
    if not api_key:
        raise CredentialsError("there is no API key: set GEMINI_API_KEY (or GOOGLE_API_KEY) in the environment")
    if not (api_key.isascii() and api_key.isprintable() and " " not in api_key):
        raise CredentialsError("the API key holds blanks or characters that no key has; set GEMINI_API_KEY anew")
    return genai.Client(
        api_key=api_key,
        enterprise=False,
        http_options=types.HttpOptions(
            base_url=base_url,
            api_version=api_version,
            timeout=int(timeout_seconds * 1000),
            retry_options=types.HttpRetryOptions(attempts=1),
        ),
    )
