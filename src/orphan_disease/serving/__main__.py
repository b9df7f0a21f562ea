"""`python -m orphan_disease.serving`: the service alone, without Kedro."""

from orphan_disease.serving.command import serve_command

serve_command()
