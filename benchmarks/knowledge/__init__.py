"""What the handbook's search and its answers are worth: hits, abstentions, speed, isolation."""
