"""What writers of formats share."""
