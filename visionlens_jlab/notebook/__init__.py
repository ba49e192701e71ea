"""What `import visionlens_jlab` gives a notebook: datasets, views and the link to the panels.

Imports no server code; DuckDB only when a dataset is opened in this process.
"""
