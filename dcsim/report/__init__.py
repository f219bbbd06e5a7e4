"""What you read: figures and the report."""
