"""The project's own tasks and the local world, run by `dev` inside the environment it made."""
