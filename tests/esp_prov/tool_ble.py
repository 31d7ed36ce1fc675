# SPDX-License-Identifier: Apache-2.0
"""Runs a program that uses bleak on our air: tool_ble.py PORT PROGRAM ARGUMENTS…"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

import air

port, program, *arguments = sys.argv[1:]
air.breathe(air.Outside(int(port)))
sys.argv = [program, *arguments]
sys.path[0] = str(Path(program).parent)
runpy.run_path(program, run_name="__main__")
