"""PDFs of documents. The only package that imports reportlab."""
