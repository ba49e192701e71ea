"""A measure of each image and a label format that VisionLens does not come with."""
