"""Where a deviation comes from: planted slices found by the scan and by Adtributor, false alarms, time of a scan."""

from __future__ import annotations

from tests.bench.scan_where import main

if __name__ == "__main__":
    main()
