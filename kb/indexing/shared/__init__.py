"""Vectors that several machines share by a Chroma server (`index.url`), so that each passage is embedded once.

The server is a shelf, and nothing more: what is searched lies on each machine. A row is addressed by the passage's text
and the model's fingerprint, both keyed with the team's key, and signed with it. What a machine finds there it checks and
keeps; what it is about to embed it claims first. Without the server everything goes on, and what was made meanwhile is
handed over when it is back.
"""
