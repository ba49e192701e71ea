"""The REST API: requests, answers, errors and the OpenAPI document."""
