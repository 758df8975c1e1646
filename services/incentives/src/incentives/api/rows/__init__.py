"""Rows of files, by sub-domain: `KINDS` are all of its kinds, `SETS` the routes that take some of them alone."""
