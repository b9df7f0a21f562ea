"""The six rooms of work and their sums; rooms never import each other, they meet in the catalog."""
