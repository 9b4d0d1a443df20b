"""What a durable turn costs when no model is called: time, processor, commits and round trips, and what a long memory adds."""
