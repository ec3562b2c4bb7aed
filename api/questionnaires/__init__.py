"""What is asked at the door: forms in numbered versions, as data. A published version never changes."""
