"""A Bot API server and a chat page on your own machine; imports nothing of ours."""
