"""Image processes: decoding beside the worker, one lost process costs one image."""
