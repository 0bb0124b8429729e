"""The demo: Maravia's network on the sandbox, seeded, with phones; and the tour through it."""
