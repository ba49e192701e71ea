"""The job that adds the predictions of a model to a dataset."""
