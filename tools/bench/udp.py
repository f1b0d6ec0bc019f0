#!/usr/bin/env python3
"""udp.py [PAIRS [DATAGRAMS]]: CPU time per datagram against a bare recvfrom/sendto loop; udp_bench.cpp says how."""

import subprocess
import sys

from measure import BUILD

sys.exit(subprocess.call([BUILD / "bench/udp_bench", *sys.argv[1:]]))
