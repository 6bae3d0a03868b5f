"""Run as a child process by a test: tells where it stands and what it was given."""

import json
import os
import sys
from pathlib import Path

print(
    json.dumps(
        {"cwd": str(Path.cwd()), "path": sys.path, "environment": dict(os.environ), "words": sys.argv[1:]}
    )
)
