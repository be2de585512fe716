"""Helpers for the Qwen course, by subject; importing the package does no work."""
