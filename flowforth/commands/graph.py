"""`flowforth graph`: the shortest ways from one stack shape to another, as text or SVG."""
NAME="graph"
HELP=""
def add_arguments(parser): pass
def main(args): return 0
