"""The pages of the desk, a module for each thing that has pages."""
