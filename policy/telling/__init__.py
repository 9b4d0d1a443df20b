"""What a policy and a decision look like to people: findings, explanations, what would have changed it."""
