"""The room of the HTTP service: it answers from a packaged model alone, without pipelines and without Kedro."""
