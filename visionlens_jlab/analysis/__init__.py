"""Analysis: slices where a run fails more, findings with their evidence, reports."""
