"""The tests: folders mirror the packages; the suites with a marker run on their own."""
