"""Trains the reader of `kb/reading` from question sets; never imported by kb."""
