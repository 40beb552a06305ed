"""Policy as code: what may leave for a provider, decided before a byte does.

`loader` reads a policy and puts it in force, `engine` decides a call under it, `check`
says what is wrong or about to be. Nothing is imported here: the engine runs in every
call and must not pay for the YAML parser and pydantic, which only the loader needs.
"""
