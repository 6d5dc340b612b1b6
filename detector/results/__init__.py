"""What a scan hands over: its tables, its record, and the folder they are committed to."""

from detector.results.folder import ScanResult, last_day, load_result, write_result

__all__ = ["ScanResult", "last_day", "load_result", "write_result"]
