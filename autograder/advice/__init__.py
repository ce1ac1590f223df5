"""What helps a student beside the scores: in the kernel, and by `pack`."""
