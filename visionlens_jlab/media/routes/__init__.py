"""Routes of images, thumbnails and crops."""
