"""Whether text can move authority: adversarial texts in every place that a sender or a record can write into, against the clean message."""
