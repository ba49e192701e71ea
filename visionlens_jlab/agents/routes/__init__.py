"""Routes of agents and of outside assistants."""
