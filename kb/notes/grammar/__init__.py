"""How notes are read: markdown-it's blocks with small rules of our own, then the marks within each of them.

One rule a file. A rule of blocks is called by markdown-it; a rule of inline marks gets a `Scan` and the place of its
mark, and says where reading goes on. Marks are paired within their own paragraph, heading, item or cell only.
"""
