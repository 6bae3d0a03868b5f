"""What can be learned from a note: cards that people wrote and facts that its structure states.

Quiz, tutor and summary share it.
"""
