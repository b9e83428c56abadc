"""Tools for whoever works on fastvbg: tables of the documentation, pictures, comparisons."""
