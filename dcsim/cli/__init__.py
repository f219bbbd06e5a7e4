"""The command line: commands, panels and progress; no rules of the model."""
