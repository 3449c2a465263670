"""How long functions and files are: `python -m tests.sizes` prints median, 90th percentile and maximum."""

import ast
from pathlib import Path
from statistics import median, quantiles

ROOT = Path(__file__).resolve().parent.parent


def sizes() -> dict[str, list[int]]:
    """Lines of each function and each module of the product."""
    files = sorted([*ROOT.glob("supervision/**/*.py"), *ROOT.glob("jobs/**/*.py")])
    texts = [path.read_text(encoding="utf-8") for path in files]
    functions = [
        (node.end_lineno or node.lineno) - node.lineno + 1
        for text in texts
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return {"functions": functions, "files": [text.count("\n") for text in texts if text.strip()]}


if __name__ == "__main__":
    for name, lines in sizes().items():
        print(
            f"{name}: {len(lines)}, median {median(lines):.0f}, p90 {quantiles(lines, n=10)[-1]:.0f}, max {max(lines)}"
        )
