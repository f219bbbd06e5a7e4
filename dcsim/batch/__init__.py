"""Many scenarios at once: cases of a study, their results on disk, and who works on them."""
