"""The program `affidavit`: what a person or a script sees of everything below.

Decides nothing about calls, policies or trails: each command reads its arguments, asks
the layer that knows, and says what it heard. One module a command, imported when the
command is used. What a person reads goes through `output`, what a program reads through
`machine`; `main` turns errors into exit codes.
"""
