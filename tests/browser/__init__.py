"""A package, unlike the other test folders, so that the browser is closed when its tests are done; see conftest.py."""
