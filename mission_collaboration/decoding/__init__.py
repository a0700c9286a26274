"""From bytes to events: the one reader, requests that carry events, verdicts on a batch (contract E14 to E19). Pure."""
