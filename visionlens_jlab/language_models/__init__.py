"""Language models as they are configured, and their providers; used by whatever asks one."""
