"""What people fill in, and what of it cannot be taken."""
