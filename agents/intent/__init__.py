"""What the sender wants: an embedded, calibrated model, and what stands in the words themselves."""
