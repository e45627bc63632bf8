"""Background jobs: thin wrappers around the jobs of intake, the queue that carries them, and the worker."""
