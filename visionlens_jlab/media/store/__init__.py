"""Where the images and thumbnails of a dataset lie."""
