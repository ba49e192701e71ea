"""What `visionlens doctor` looks at."""
