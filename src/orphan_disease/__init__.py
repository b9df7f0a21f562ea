"""Is an orphan disease possible, and if so, which service should see the patient?"""

__version__ = "0.1.0"
