"""The commands, one module a group."""

#: The highest number of a wave or batch: nine digits, which every database and every tool can hold.
HIGHEST = 999_999_999
