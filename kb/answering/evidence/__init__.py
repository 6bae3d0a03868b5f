"""What the notes hold for a question: sections, blocks, sentences, and the quotes made of them."""
