"""The critical path: a full durable turn beside one bare model call and beside peers, on one local model endpoint, in one run."""
