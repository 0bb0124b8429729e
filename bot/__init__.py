"""The program: what runs, from the command line to the edge of Telegram."""
