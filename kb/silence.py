"""Tells libraries that report on their users to report nothing; nothing but `os` is imported."""

import os

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
