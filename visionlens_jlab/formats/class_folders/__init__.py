"""Class folders, and folders of images without labels."""
