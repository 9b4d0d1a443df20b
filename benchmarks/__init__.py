"""What is measured rather than tested: chaos, durable turns, and comparisons with other tools."""
