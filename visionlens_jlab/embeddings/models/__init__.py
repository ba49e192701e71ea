"""The models that embed."""
