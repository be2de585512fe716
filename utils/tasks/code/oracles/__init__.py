"""What the functions of each family must return."""
