"""Views: which ids they hold, and everything that is read of one."""
