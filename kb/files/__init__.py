"""The disk where it may be hostile: small files that anybody may have put there, and writing that follows no link."""
