"""The report, per kind of noise, with 95% Wilson intervals."""

from .score import Score, Tally, wilson


def show(score: Score) -> None:
    """Print everything; false confirmations are listed in full."""
    print(f"{score.lines} inflows judged in {score.cpu_s:.2f} s CPU; {score.confirmed} confirmed")
    low, high = wilson(len(score.false), score.confirmed)
    print(f"false confirmations        {len(score.false):>6}  95% interval [{100 * low:.4f}%, {100 * high:.4f}%]")
    for line in score.false:
        print("   ", line)
    for name, wanted, tally in (
            ("recall, intact code", 98, score.recall.get("intact", Tally())),
            ("recall, one slip, exact", 90, score.recall.get("typo", Tally())),
            ("top 3 of the rest", 95, score.top), ("first of the rest", 0, score.top_first)):
        missed = "" if not tally.of or 100 * tally.hits >= wanted * tally.of else f"   MISSED, wanted {wanted}%"
        print(f"{name:<26} {tally}{missed}")
    print(f"lines that say nothing but an amount, not counted among the rest: {score.silent}")
    print("\nbaselines: right of what they confirm")
    for name, tally in score.baseline.items():
        print(f"{name:<26} {tally}")
    print("\nwhy intact codes and slips were not confirmed:",
          ", ".join(f"{code} {count}" for code, count in score.reasons.most_common()) or "none")
    print(f"\n{'kind of noise':<20}{'measure':<10}")
    for kind in sorted(score.kinds):
        for measure, tally in score.kinds[kind].items():
            print(f"{kind:<20}{measure:<10}{tally}")
