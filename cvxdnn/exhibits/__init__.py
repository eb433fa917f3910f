"""One folder a page: what it computes, its charts, and the page itself."""
