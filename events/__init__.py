"""What is said and where it goes: events, patterns, expressions, rules, joins, the fold. Pure: no clock, no chance, no files."""
