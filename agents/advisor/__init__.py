"""What the handbook says: answers of cited sentences, or none; and the check of what a model wrote."""
