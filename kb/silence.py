"""Keeps libraries from reporting on their users, and from taking settings of the folder one stands in."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

# What each library listens to, before it is loaded. The value is theirs.
_SILENT = {
    "ORT_DISABLE_TELEMETRY": "1",  # onnxruntime sends what it runs, and where, to its makers
    "ANONYMIZED_TELEMETRY": "False",  # chromadb
    "HF_HUB_DISABLE_TELEMETRY": "1",  # huggingface_hub, and what is built on it
    "DO_NOT_TRACK": "1",  # what many others have agreed on
}


def report_nothing() -> None:
    """Let no library of this process, nor of one that it starts, report anything to its makers.

    To be called before a library that would is imported, for some begin with that.
    """
    os.environ.update(_SILENT)


@contextmanager
def no_env_file() -> Iterator[None]:
    """While Chroma is imported: it reads settings from a file `.env` in the folder one stands in, which may be anybody's.

    Such a file could name a server that is told of everything, or a module to load, or be no such file and end kb.
    """
    from pydantic_settings import DotEnvSettingsSource

    read = DotEnvSettingsSource._read_env_files
    DotEnvSettingsSource._read_env_files = lambda *_: {}  # type: ignore[method-assign]
    try:
        yield
    finally:
        DotEnvSettingsSource._read_env_files = read  # type: ignore[method-assign]
