"""A process that holds a knowledge base open and runs commands that only read it for `kb`, which then starts in no time.

`meeting` says where both find each other, `client` is the part of the command, `server` and `request` that of the process.
"""
