"""Vision-language models that answer closed questions about images."""
