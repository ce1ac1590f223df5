"""Places for student code that keep it from everything else."""
