"""Children of a process that is killed."""

from __future__ import annotations

import subprocess
import sys

import psutil

PARENT = """
import sys, time
from visionlens_jlab.core.system.pipes import start_child
child = "import time; from visionlens_jlab.core.system import pipes; "
child += "pipes.serve_streams(lambda requests, results: time.sleep(600), nice=False)"
print(start_child([sys.executable, "-c", child]).pid, flush=True)
time.sleep(600)
"""


def test_a_child_ends_with_its_parent_in_the_middle_of_its_work():
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE)
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    try:
        assert child.is_running()
        parent.kill()
        parent.wait()
        child.wait(60)  # its work takes ten times as long
    finally:
        if child.is_running():
            child.kill()
        parent.stdout.close()
