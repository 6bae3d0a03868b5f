"""What is asked: words, parts, what kind of answer, and what it follows on from."""
