"""A real Chromium goes through the pages: nothing comes from another host, nothing fails, and what is tried answers."""
