"""What consumption emitted: flow tracing over the interchange of all authorities at once."""
