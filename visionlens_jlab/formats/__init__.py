"""Label formats: each module finds its own layout in a folder and reads it in batches.

Formats parse label files and list images; they open no image. Sizes, EXIF orientation and checks
that every format needs are the ingest's.
"""
