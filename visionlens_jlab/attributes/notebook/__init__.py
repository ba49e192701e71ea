"""Visual attributes, as a notebook asks for them."""
