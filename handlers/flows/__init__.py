"""A conversation is one file that declares a flow; the engine and the runner stand beside them."""
