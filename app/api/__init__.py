"""Everything that knows HTTP, and nothing else."""
