"""Forbids this process every socket of the internet, in whatever library: the kernel ends the process that asks for one."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import signal
import struct

# The number of socket(2), and how the kernel names the machine, by machine (asm/unistd.h, linux/audit.h).
_MACHINES = {"x86_64": (41, 0xC000003E), "aarch64": (198, 0xC00000B7)}
_IPV4, _IPV6 = 2, 10
_SET_NO_NEW_PRIVILEGES, _SET_SECCOMP, _FILTER = 38, 22, 2
_LOAD, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _KILL = 0x7FFF0000, 0x80000000
ENDED = -signal.SIGSYS  # the status of a process that asked for such a socket


def is_possible() -> bool:
    """Whether the kernel can be asked for this here."""
    return platform.system() == "Linux" and platform.machine() in _MACHINES


def forbid_sockets() -> None:
    """End this process, and each that it starts, as soon as it opens a socket for IPv4 or IPv6."""
    call, machine = _MACHINES[platform.machine()]
    program = b"".join(
        struct.pack("HBBI", *line)
        for line in (
            (_LOAD, 0, 0, 4),  # the machine
            (_IF_EQUAL, 0, 5, machine),
            (_LOAD, 0, 0, 0),  # which call
            (_IF_EQUAL, 0, 3, call),
            (_LOAD, 0, 0, 16),  # its first argument: the family
            (_IF_EQUAL, 2, 0, _IPV4),
            (_IF_EQUAL, 1, 0, _IPV6),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _KILL),
        )
    )
    libc = ctypes.CDLL(None, use_errno=True)
    buffer = ctypes.create_string_buffer(program, len(program))
    described = ctypes.create_string_buffer(struct.pack("HP", len(program) // 8, ctypes.addressof(buffer)))
    if libc.prctl(_SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0) or libc.prctl(_SET_SECCOMP, _FILTER, described, 0, 0):
        raise OSError(ctypes.get_errno() or errno.EINVAL, os.strerror(ctypes.get_errno()))
