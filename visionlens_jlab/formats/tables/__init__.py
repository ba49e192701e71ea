"""Tables of images or annotations: CSV, Parquet, Arrow, DataFrames."""
