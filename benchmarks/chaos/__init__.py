"""Kills, stops and restarts everything at random under mixed load, and counts what was lost, doubled, out of order or unapproved."""
