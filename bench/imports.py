"""What imports take: the whole UHRI as JSON, a plain table, and proposals of siblings.

Run as `python -m bench.imports [megabytes of JSON]`; the JSON is read in a process of its own.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from bench import memory
from bot.domain.siblings import Wording, propose
from bot.exchange import plain, uhri
from bot.exchange.imported import ImportedRecommendation, Options

_COUNTRIES = ("Peru", "Kenya", "Viet Nam", "Norway", "Iran (Islamic Republic of)", "Tonga")
_BODIES = ("- CRC", "- CEDAW", "- UPR", "- CCPR", "- SR Torture")
_WORDS = (
    "ensure adopt review strengthen law bill courts police prisons schools clinics women children"
    " migrants workers minorities funding training access justice remedy register land water"
    " detention inspection statistics budget province district language identity nationality birth"
).split()


def write_json(path: Path, size: int) -> int:
    """An array of UHRI records of about `size` bytes; gives how many it holds."""
    records = [json.dumps(_record(seed), ensure_ascii=False) for seed in range(5_000)]
    written = count = 0
    with path.open("w", encoding="utf-8") as file:
        file.write("[")
        while written < size:
            record = records[count % len(records)].replace("@", f"{count:012}")
            written += file.write(f"{',' if count else ''}\n{record}")
            count += 1
        file.write("]\n")
    return count


def _record(seed: int) -> dict[str, object]:
    return {
        "AnnotationId": "a9ceae8c-fe1c-40f9-a326-@",
        "AnnotationType": "- Recommendations",
        "Body": _BODIES[seed % len(_BODIES)],
        "Countries": [_COUNTRIES[seed % len(_COUNTRIES)]],
        "DocumentId": "41a0b08f-5a9a-4eb5-985f-000000000000",
        "PublicationDate": "2025-02-12T00:00:00",
        "PublicationDateOnUhri": "2025-03-03T10:53:45.827",
        "Regions": ["Asia-Pacific"],
        "Sdgs": ["16.3 - Promote the rule of law and ensure equal access to justice"],
        "AffectedPersons": ["Children", "Women & girls"],
        "Symbol": f"CRC/C/MRV/CO/{seed % 9}",
        "Text": f"{seed % 90}.The Committee&nbsp;recommends: {sentence(seed, 150)}",
        "Themes": ["Administration of justice & fair trial", "Right to health"],
        "UprCycle": None,
        "UprPositions": [],
        "UprRecommendingCountry": [],
        "UprRecommendingRegions": [],
        "UprSession": [],
    }


def sentence(seed: int, words: int) -> str:
    """Words in an order that differs with the seed."""
    step = seed % 37 + 1
    return " ".join(
        _WORDS[(seed + place * step + place**2) % len(_WORDS)] for place in range(words)
    )


def stream(path: Path, state: str | None) -> tuple[int, float, float]:
    """Rows of a State, seconds of CPU, and megabytes at the highest, of reading the JSON."""
    start = time.process_time()
    reading = uhri.read_json(path, Options(state=state))
    rows = sum(
        isinstance(entry, ImportedRecommendation) for batch in reading.batches() for entry in batch
    )
    reading.close()
    return rows, time.process_time() - start, memory.peak()


def table(path: Path, rows: int) -> float:
    """Seconds to read a CSV of that many rows, States and positions included."""
    lines = ["document_symbol,paragraph,recommending_state,position,text,themes"]
    lines += [
        f"A/HRC/25/{row // 250},134.{row % 250},Chile | Ghana,noted,{sentence(row, 30)},x | y"
        for row in range(rows)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    start = time.perf_counter()
    assert len(plain.read_csv(path).whole().rows) == rows
    return time.perf_counter() - start


def siblings(new: int, old: int) -> float:
    """Seconds to propose siblings of new items among old ones."""
    news = [Wording(f"n{i}", sentence(i, 25), "UPR", "4") for i in range(new)]
    olds = [Wording(f"o{i}", sentence(i * 3, 25), "UPR", "3") for i in range(old)]
    start = time.perf_counter()
    propose(news, olds)
    return time.perf_counter() - start


def main() -> None:
    """Measure all and say so."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 360
    with TemporaryDirectory() as folder:
        path = Path(folder) / "uhri.json"
        count = write_json(path, size * 1_000_000)
        sys.stdout.write(f"UHRI JSON of {size} MB, {count} records\n")
        for state in ("Kenya", None):
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                rows, seconds, peak = pool.apply(stream, (path, state))
            whose = state or "all States"
            sys.stdout.write(f"  {whose}: {rows} rows, {seconds:.1f} s of CPU, {peak:.0f} MB\n")
        sys.stdout.write(f"CSV of 5394 rows: {table(Path(folder) / 'plain.csv', 5_394):.2f} s\n")
    sys.stdout.write(f"siblings of 254 items among 5000: {siblings(254, 5_000):.2f} s\n")


if __name__ == "__main__":
    main()
