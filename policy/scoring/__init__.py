"""What follows from the signals: scores, chances, the quality of the data, regulated topics."""
