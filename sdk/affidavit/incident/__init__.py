"""A provider's notice, from the day it comes to the day that it is settled.

`model` says what an incident is; `notice` reads a provider's documents; `book` reads
and writes the trail's incident records; `suspensions` are what every process on the
trail refuses at once.
"""
