"""Use cases: one function is one act inside the caller's transaction, with one audit entry."""
