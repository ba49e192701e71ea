"""What `import visionlens_jlab` gives a notebook: datasets, views and the link to the panels."""
