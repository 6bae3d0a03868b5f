"""Has the index brought in step by a process of its own, for a program whose own thread must not wait for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from kb.child_process import own_command


async def index_beside(vault: Path, index: Path) -> str | None:
    """Run `kb index` in a process of its own, which ends when this is cancelled.

    None when all went well, else the sentence that it ended with, which may be empty.
    """
    child = await asyncio.create_subprocess_exec(
        *own_command("index", "--vault", str(vault), "--index", str(index)),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        _, said = await child.communicate()
    except asyncio.CancelledError:
        child.terminate()
        await child.wait()
        raise
    if child.returncode == 0:
        return None
    lines = said.decode("utf-8", "replace").strip().splitlines()
    return lines[-1] if lines else ""
