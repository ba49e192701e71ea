"""Processes, memory, files and paths of the operating system."""
