"""Mentions to links: what a note may link, why, and links that stay right when notes move."""
