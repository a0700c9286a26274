/**
 * The order of arrival against canonical order.
 *
 * Most events arrive in order. Those that did not are the fewest that one would have to move: all that stand outside
 * the longest run in which both orders agree.
 */

/** The indices of a longest run of values that never falls. */
export function longestRun(values: ArrayLike<number>): Set<number> {
  const tails: number[] = [];
  const before = new Int32Array(values.length).fill(-1);
  for (let index = 0; index < values.length; index++) {
    const value = values[index] as number;
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((values[tails[middle] as number] as number) <= value) low = middle + 1;
      else high = middle;
    }
    if (low > 0) before[index] = tails[low - 1] as number;
    tails[low] = index;
  }
  const run = new Set<number>();
  for (let index = tails.at(-1) ?? -1; index >= 0; index = before[index] as number) run.add(index);
  return run;
}

/** An event that arrived elsewhere than where it belongs. */
export interface Displaced {
  /** Where it belongs, from 1. */
  position: number;
  /** The position of the event that it arrived behind (late) or before (early), from 1. */
  arrivedAt: number;
  /** How many events of the longest run lie between: above 0 for a late one, below 0 for an early one. */
  by: number;
}

/** Finds the events that arrived out of order, from the arrival index of each position. */
export function displaced(arrivals: readonly number[]): Displaced[] {
  const inOrder = longestRun(arrivals);
  const kept = [...inOrder].sort((a, b) => a - b);
  const keptArrivals = kept.map((index) => arrivals[index] as number);
  const found: Displaced[] = [];
  arrivals.forEach((arrival, index) => {
    if (inOrder.has(index)) return;
    const belongs = firstAbove(kept, index);
    const came = firstAbove(keptArrivals, arrival);
    const by = came - belongs;
    if (by === 0) return;
    const arrivedAt = (by > 0 ? kept[came - 1] : kept[came]) as number;
    found.push({ position: index + 1, arrivedAt: arrivedAt + 1, by });
  });
  return found;
}

function firstAbove(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}
