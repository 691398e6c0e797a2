"""Time and judge de-duplication on made-up search results whose duplicates are known.

Writes RIS files of three made-up databases, as three programs would write the same works: letters lost and swapped,
other spelling and case, subtitles and fields left out, DOIs missing or as addresses, pages cut short, another year.
Works that are near each other but not the same are among them: protocols, parts, updates, corrections, and titles
that differ in one word. Then runs `evidencebook screen import` and compares its groups with the truth.

    python benchmarks/screening.py --records 30000
"""

from __future__ import annotations

import argparse
import random
import resource
import subprocess
import sys
import tempfile
import time
from itertools import combinations
from pathlib import Path

from evidencebook.intake.duplicates import clusters, matches, print_of
from evidencebook.intake.formats import read_works


def words(text: str) -> list[str]:
    """Return the phrases of a list."""
    return [w.strip() for w in text.replace("\n", "").split("|")]


SEED = 20180625
VERBS = [
    "Effectiveness",
    "Cost-effectiveness",
    "Implementation",
    "Feasibility",
    "Acceptability",
    "Impact",
    "Experiences",
]
WHAT = words(
    """case management|integrated care pathways|multidisciplinary teams|telemonitoring|pharmacist-led review|
self-management support|hospital at home|social prescribing|advance care planning|group consultations|
care coordination|nurse-led clinics|virtual wards|pay for performance|capitated budgets|shared decision making|
health coaching|discharge planning|falls prevention|medication reconciliation|community paramedicine|
peer support|collaborative care|risk stratification|remote consultation|early supported discharge"""
)
WHOM = words(
    """older people|adults with diabetes|people with heart failure|patients with COPD|frail adults|carers|
people with dementia|children with asthma|adults with depression|people with multimorbidity|stroke survivors|
patients at high risk of admission|homeless adults|care home residents|people with severe mental illness"""
)
WHERE = words(
    """primary care|rural communities|the community|general practice|Norway|the Netherlands|Ontario|England|
Sweden|New Zealand|safety-net clinics|accountable care organizations|out-of-hours services|Catalonia"""
)
DESIGN = words(
    """a randomised controlled trial|a systematic review|a qualitative study|a cohort study|
a cluster randomized trial|a mixed-methods evaluation|a scoping review|an interrupted time series analysis|
a realist evaluation|a before-and-after study|study protocol|a cross-sectional survey"""
)
NAMES = words(
    "Smith|Jones|García|Müller|Nguyen|O'Brien|Söderström|Kowalski|Rossi|Okafor|van den Berg|Martínez-López|Li|Ahmed|"
    "Dubois|Hansen|Tanaka|Novák|Brown|Wilson|Taylor|Evans|Murphy|Kumar|Singh|Silva|Costa|Öztürk|Andersen|Johansson"
)
JOURNALS = {
    "BMC Health Services Research": "BMC Health Serv Res",
    "International Journal of Integrated Care": "Int J Integr Care",
    "Annals of Family Medicine": "Ann Fam Med",
    "Journal of Health Services Research and Policy": "J Health Serv Res Policy",
    "BMJ Open": "BMJ Open",
    "Health Policy": "Health Policy",
}
SPELLING = [("randomised", "randomized"), ("organizations", "organisations"), (" and ", " & ")]
SYLLABLES = words("bra|cor|dun|eth|far|gil|hol|ild|jor|kel|lun|mar|nes|oak|pen|quo|rid|sta|thor|ux|val|wen|yar|zel")
Record = dict[str, str]


def works(count: int, dice: random.Random) -> list[Record]:
    """Return *count* different works, some of them near another."""
    made: list[Record] = []
    seen: set[tuple[str, str]] = set()
    while len(made) < count:
        if made and dice.random() < 0.12:
            work = near(dice.choice(made), dice)
        else:
            parts = (dice.choice(VERBS), dice.choice(WHAT), dice.choice(WHOM), place(dice))
            title = "{} of {} for {} in {}".format(*parts) + f": {dice.choice(DESIGN)}"
            work = {"title": title, "year": str(dice.randint(1995, 2024))} | details(dice)
        # Two works of one title in one year would be taken for one by people too.
        if (sign := (work["title"].casefold(), work["year"])) not in seen:
            seen.add(sign)
            made.append(work | {"truth": str(len(made))})
    return made


def place(dice: random.Random) -> str:
    """Return a setting; half of them bear a name that few titles share, as in real searches."""
    return (
        f"{dice.choice(WHERE)} in {''.join(dice.choices(SYLLABLES, k=3)).title()}"
        if dice.random() < 0.5
        else dice.choice(WHERE)
    )


def details(dice: random.Random) -> Record:
    """Return authors and place of publication."""
    start = dice.randint(1, 1900)
    letters = "ABCDEFGHJKLM"
    authors = [
        f"{dice.choice(NAMES)}, {dice.choice(letters)}. {dice.choice(letters)}." for _ in range(dice.randint(1, 6))
    ]
    return {
        "authors": "; ".join(authors),
        "journal": dice.choice(list(JOURNALS)),
        "volume": str(dice.randint(1, 60)),
        "pages": f"{start}-{start + dice.randint(2, 14)}",
        "doi": f"10.{dice.randint(1000, 9999)}/{dice.choice('abcdef')}.{dice.randint(10**5, 10**7)}",
    }


def near(work: Record, dice: random.Random) -> Record:
    """Return another work that is near *work*: of the same team, with a title much like it."""
    title, year = work["title"], int(work["year"])
    whom = title.partition(" for ")[2].partition(" in ")[0]
    changed = dice.choice(
        [
            {"title": f"{title} - part {dice.randint(1, 3)}"},
            {"title": f"{title.split(':')[0]}: study protocol", "year": str(year - dice.randint(1, 2))},
            {"title": f"{title} (update {dice.randint(2005, 2024)})", "year": str(year + dice.randint(1, 5))},
            {"title": f"Correction to: {title}"},
            {"title": title.replace(whom, dice.choice(WHOM), 1) if whom else f"Response to: {title}"},
        ]
    )
    return work | details(dice) | {"authors": work["authors"]} | changed


def noisy(work: Record, dice: random.Random) -> Record:
    """Return *work* as another database has it."""
    copy = dict(work)
    title = copy["title"]
    for before, after in SPELLING:
        if dice.random() < 0.4:
            title = title.replace(before, after)
    if dice.random() < 0.05:
        title = title.split(":")[0]
    for _ in range(dice.choice([0, 0, 0, 0, 1, 1, 2])):
        place = dice.randrange(3, len(title) - 3)
        slip = dice.random()
        swapped = title[place + 1] + title[place] if slip < 0.4 else "" if slip < 0.7 else title[place] * 2
        title = title[:place] + swapped + title[place + (2 if slip < 0.4 else 1) :]
    case = dice.random()
    cased = title.upper() if case < 0.05 else title.title() if case < 0.25 else title
    copy["title"] = cased + "." * (dice.random() < 0.4)
    if dice.random() < 0.4:
        copy["doi"] = ""
    elif dice.random() < 0.4:
        copy["doi"] = f"https://doi.org/{copy['doi'].upper()}"
    first, last = copy["pages"].split("-")
    copy["pages"] = f"{first}-{last[-2:]}" if len(last) > 2 and dice.random() < 0.4 else copy["pages"]
    copy["journal"] = JOURNALS[copy["journal"]] if dice.random() < 0.5 else copy["journal"]
    copy["year"] = str(int(copy["year"]) + 1) if dice.random() < 0.05 else copy["year"]
    copy["authors"] = "; ".join(copy["authors"].replace(".", "").split("; ")[: 3 if dice.random() < 0.3 else 9])
    for name in ("volume", "pages", "authors"):
        if dice.random() < 0.07:
            copy[name] = ""
    return copy


def ris(record: Record) -> str:
    """Return *record* as RIS; AN carries the truth, which nothing compares."""
    first, _, last = record["pages"].partition("-")
    tags = [("TY", "JOUR"), *(("AU", a) for a in record["authors"].split("; ")), ("TI", record["title"])]
    tags += [("T2", record["journal"]), ("PY", record["year"]), ("VL", record["volume"]), ("SP", first), ("EP", last)]
    tags += [("DO", record["doi"]), ("AB", "Abstract left out. " * 60), ("AN", record["truth"]), ("ER", "")]
    return "".join(f"{tag}  - {text}\n" for tag, text in tags if text or tag == "ER") + "\n"


def generate(folder: Path, count: int, dice: random.Random) -> list[Path]:
    """Write *count* records in three files: about a third of the works stand in two of them or in all."""
    every = works(int(count / 1.4), dice)
    copies = [(w, dice.randrange(3)) for w in every]
    while len(copies) < count:
        copies.append((noisy(dice.choice(every), dice), dice.randrange(3)))
    dice.shuffle(copies)
    paths = [folder / f"database{n}.ris" for n in range(3)]
    for number, path in enumerate(paths):
        path.write_text("".join(ris(w) for w, n in copies if n == number), encoding="utf-8")
    return paths


def judge(paths: list[Path]) -> tuple[int, int, int]:
    """Return pairs of records that are one work in truth, that are put together, and both."""
    records = [w for path in paths for w in read_works(path).works]
    truth: dict[str, list[int]] = {}
    for number, work in enumerate(records):
        truth.setdefault(work.get("accession"), []).append(number)
    groups = clusters(len(records), matches([print_of(w) for w in records]))
    real = {pair for group in truth.values() for pair in combinations(group, 2)}
    found = {pair for group in groups for pair in combinations(group, 2)}
    return len(real), len(found), len(real & found)


def main() -> None:
    """Generate, time the command as a process of its own, judge its groups."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--records", type=int, default=30_000)
    parser.add_argument("--keep", type=Path, help="folder to leave the files in")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        paths = generate(folder, options.records, random.Random(SEED))
        command = [
            sys.executable,
            "-m",
            "evidencebook",
            "screen",
            "import",
            *map(str, paths),
            "--out",
            f"{scratch}/out",
        ]
        started = time.perf_counter()
        subprocess.run(command, check=True)
        took = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        real, found, both = judge(paths)
        processor, peak = used.ru_utime + used.ru_stime, used.ru_maxrss / 1024
        print(f"{options.records} records: {took:.1f} s ({processor:.1f} s of one processor), {peak:.0f} MB")
        print(f"pairs: {real} real, {found} put together, {both} of them right")
        print(f"precision {both / found:.4f}, recall {both / real:.4f}")


if __name__ == "__main__":
    main()
