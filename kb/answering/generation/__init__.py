"""What a language model says of quotes, sentence by sentence, each with its verdict."""
