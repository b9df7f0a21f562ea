"""The routes of the API, one module a resource: they read the request, ask the service, and shape the answer."""
