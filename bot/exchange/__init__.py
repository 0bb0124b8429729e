"""Files that come in (imports) and go out (exports, pictures, sheets)."""
