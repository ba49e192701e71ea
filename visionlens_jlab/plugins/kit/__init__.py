"""For authors of plugins: templates, a check of the manifest, and the contract of each kind."""
