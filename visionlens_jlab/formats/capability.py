"""What the capability `formats` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability

CAPABILITY = Capability(
    name="formats",
    plugin="visionlens_jlab.formats.plugin",
)
