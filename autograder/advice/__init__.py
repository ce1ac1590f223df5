"""What a student is told beside the scores: by the kernel, and by `pack`."""
