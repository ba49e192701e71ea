"""What agents, chats and outside assistants may do: read."""
