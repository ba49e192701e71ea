"""Findings as a file to keep or to send: one HTML page, or Markdown with pictures."""

from .building import Report, build_report

__all__ = ["Report", "build_report"]
