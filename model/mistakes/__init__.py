"""What people get wrong, chapter by chapter. `model.traps` has all of it as one table."""
