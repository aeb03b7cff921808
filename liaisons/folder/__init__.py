"""The folder of a desk: its register, its statements and what it circulated, as files under fixed names."""
