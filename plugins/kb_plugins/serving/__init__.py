"""What the servers share: the verbs, their forms, the knowledge base in a thread of its own, and who is let in."""
