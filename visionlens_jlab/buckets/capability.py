"""What the capability `buckets` contributes."""

from __future__ import annotations

from visionlens_jlab.core.capability import Capability

CAPABILITY = Capability(name="buckets", plugin="visionlens_jlab.buckets.plugin")
