"""Jobs: their queue, the lanes and workers that run them, the pieces that they hand over."""
