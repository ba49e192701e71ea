"""What the core serves: a module for each kind of resource, with its routes."""
