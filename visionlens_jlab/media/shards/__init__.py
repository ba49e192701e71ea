"""Images inside files: tar archives, TFRecord and Parquet files."""
