"""What only this folder knows of the Bot API: requests, the outcome of a call, rendering."""
