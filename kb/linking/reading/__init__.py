"""What the notes say and link: words, names, mentions, the links there are, and how they are written."""
