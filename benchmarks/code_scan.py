"""What `affidavit scan code` takes for 10,000 files, with the cache cold and warm.

    python benchmarks/code_scan.py [--files 10000] [--json]

Makes a tree from a seed: 80 % Python of 20 to 400 lines, 10 % TypeScript, 5 % Go, 5 %
Java; one file in ten has a word that a rule is about, one in fifty has a finding. Each
figure is of the installed program as a user starts it, processes and start-up included.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FINDINGS = {
    ".py": "from openai import OpenAI\n\nclient = OpenAI()\n",
    ".ts": 'import OpenAI from "openai";\nconst client = new OpenAI();\n',
    ".go": 'package p\n\nimport "github.com/openai/openai-go"\n',
    ".java": "import com.openai.client.OpenAIClient;\n",
}
HARMLESS = {
    ".py": "from affidavit import OpenAI, purpose\n",
    ".ts": "// openai\n",
    ".go": "package p\n\n// openai\n",
    ".java": "// openai\n",
}
PYTHON = """\
class Order{n}:
    \"\"\"An order and what it holds.\"\"\"

    def __init__(self, items: list[str], *, total: int = {n}) -> None:
        self.items = [item.strip() for item in items if item]
        self.total = total + sum(len(item) for item in self.items)

    def price(self, rate: float) -> float:
        if self.total > {n} and rate:
            return round(self.total * rate, 2)
        return {{"total": float(self.total)}}["total"]


"""
OTHER = {
    ".ts": "export function f{n}(a: number, b: string) {{ return a + b.length; }}\n",
    ".go": "func f{n}(a int, b string) int {{\n\treturn a + len(b)\n}}\n",
    ".java": "class C{n} {{ int f(int a, String b) {{ return a + b.length(); }} }}\n",
}


def a_tree(folder: Path, files: int) -> tuple[int, int]:
    """Write the tree; how many bytes it has, and how many files with a finding."""
    chance = random.Random(5)
    size = planted = 0
    for number in range(files):
        suffix = chance.choices([".py", ".ts", ".go", ".java"], [80, 10, 5, 5])[0]
        kind = chance.random()
        head = FINDINGS[suffix] if kind < 0.02 else ""
        planted += bool(head)
        if 0.02 <= kind < 0.1:
            head = HARMLESS[suffix]
        elif not head and suffix == ".go":
            head = "package p\n\n"
        body = PYTHON if suffix == ".py" else OTHER[suffix]
        text = head + "".join(
            body.format(n=each) for each in range(chance.randint(2, 32))
        )
        path = folder / f"package{number % 100:02}" / f"module{number}{suffix}"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        size += len(text)
    return size, planted


def scanned(folder: Path, *options: str) -> tuple[float, float, dict[str, int]]:
    """Seconds on the clock, seconds of processors, and what the program said."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "affidavit", "scan", "code", "--json", *options, "."],
        cwd=folder,
        capture_output=True,
        check=False,
    )
    wall = time.perf_counter() - start
    after = os.times()
    used = after.children_user + after.children_system
    used -= before.children_user + before.children_system
    told = json.loads(done.stdout)
    return wall, used, {name: told[name] for name in ("files", "cached", "errors")}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder, cache = Path(name, "tree"), Path(name, "cache")
        folder.mkdir()
        size, planted = a_tree(folder, arguments.files)
        options = ("--cache-dir", str(cache))
        cold_wall, cold_used, cold = scanned(folder, *options)
        warm_wall, warm_used, warm = scanned(folder, *options)
    if cold["errors"] != planted or warm["errors"] != planted:
        raise SystemExit(f"{planted} findings planted, {cold} and {warm} found")
    figures = {
        "files": arguments.files,
        "megabytes": round(size / 1e6, 1),
        "findings": planted,
        "cold_seconds": round(cold_wall, 2),
        "cold_processor_seconds": round(cold_used, 2),
        "warm_seconds": round(warm_wall, 2),
        "warm_processor_seconds": round(warm_used, 2),
        "cached": warm["cached"],
        "load_average": round(os.getloadavg()[0], 1),
    }
    if arguments.json:
        print(json.dumps(figures))
        return
    for key, value in figures.items():
        print(f"{key.replace('_', ' '):24} {value}")


if __name__ == "__main__":
    main()
